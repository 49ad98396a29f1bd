// Parquet, every column as text. Two things are taken from the file's own footer, because the
// engine's types do not tell them: whether a timestamp is an instant or a wall-clock time
// (isAdjustedToUTC), and the rows.
import { identifier } from './engine.ts'
import type { Engine } from './engine.ts'
import { readingFailed } from './engine-errors.ts'
import type { EventFile } from './event-block.ts'
import type { LocatedFile } from './locate-files.ts'
import type { RowRules } from './row-event.ts'
import { fileFunction } from './stored-file.ts'
import { columnsOfTable } from './table-columns.ts'
import { tableFile } from './table-file.ts'

interface ParquetColumn {
  readonly name: string
  /** The engine's type. */
  readonly type: string
  /** true: a timestamp without a zone. */
  readonly wall: boolean
}

export interface ParquetSource {
  readonly file: LocatedFile
  readonly map: ReadonlyMap<string, string>
}

export async function parquetFile(
  engine: Engine,
  { file, map }: ParquetSource,
  rules: RowRules,
): Promise<EventFile> {
  const { names, rows } = await readFooter(engine, file)
  const columns = columnsOfTable(
    file.input.path,
    names.map(({ name }) => name),
    map,
  )
  const cells = columns.map(({ field, index }) => cellSql(names[index]!, field))
  const rowSize = Math.min(Math.round(file.input.bytes / Math.max(rows, 1)), 2 ** 31)
  return tableFile(
    engine,
    {
      file,
      format: 'parquet',
      size: file.input.bytes,
      columns: {
        fields: columns.map(({ field }) => field),
        cells,
        rowSize: `toUInt32(${rowSize})`,
        // Always 0, but reads every column: so a damaged one is found in the first pass.
        hasLineBreak: `toUInt32(${cells.map((cell) => `length(${cell})`).join(' + ')} < 0)`,
        from: fileFunction(file, 'Parquet', ''),
        settings: [],
      },
      failed: async (error) => readingFailed(error, file),
    },
    rules,
  )
}

async function readFooter(
  engine: Engine,
  file: LocatedFile,
): Promise<{ names: ParquetColumn[]; rows: number }> {
  try {
    const described = await engine.rows(`DESCRIBE ${fileFunction(file, 'Parquet', '')}`)
    const [footer] = await engine.rows(
      `SELECT toString(num_rows), columns.name, columns.logical_type ` +
        `FROM ${fileFunction(file, 'ParquetMetadata', '')}`,
    )
    const [rows, paths, types] = (footer ?? ['0', [], []]) as [string, string[], string[]]
    const names = (described as [string, string][]).map(([name, type]) => ({
      name,
      type,
      wall: types[paths.indexOf(name)]?.includes('isAdjustedToUTC=false') ?? false,
    }))
    return { names, rows: Number(rows) }
  } catch (error) {
    throw readingFailed(error, file)
  }
}

/** SQL of a column as text: instants as epoch ms, nested values as JSON, NULL as ''. */
function cellSql({ name, type, wall }: ParquetColumn, field: string): string {
  const column = identifier(name)
  const bare = type.replace(/^Nullable\(/, '')
  if (field === 'timestamp' && bare.startsWith('DateTime') && !wall) {
    const ms = bare.startsWith('DateTime64')
      ? `toUnixTimestamp64Milli(${column})`
      : `toUnixTimestamp(${column}) * 1000`
    return `ifNull(toString(${ms}), '')`
  }
  if (/^(Tuple|Map|Array|Nested|JSON|Object|Variant)/.test(bare)) {
    return `ifNull(toJSONString(${column}), '')`
  }
  return `ifNull(toString(${column}), '')`
}
