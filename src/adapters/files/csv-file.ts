// CSV, also with semicolons, tabs or bars. The engine splits rows into text cells by position;
// names are matched on our side. Two things it does not tell are looked for here: the line of a row
// that does not fit, and a quote that is never closed, which silently swallows the rest of the
// file.
import { TributaryError } from '../../ports/errors.ts'
import { readCsvHeader } from './csv-header.ts'
import { quote } from './engine.ts'
import type { Engine } from './engine.ts'
import { csvRowFault, readingFailed } from './engine-errors.ts'
import type { CsvRowFault } from './engine-errors.ts'
import type { EventFile } from './event-block.ts'
import type { LocatedFile } from './locate-files.ts'
import type { RowRules } from './row-event.ts'
import { fileFunction } from './stored-file.ts'
import { columnsOfTable } from './table-columns.ts'
import { tableFile } from './table-file.ts'
import type { TableFile } from './table-file.ts'

/**
 * Cells are taken as they are: no trimming. Not in parallel, or rows in messages are numbered
 * wrong.
 */
const SETTINGS = [
  'input_format_with_names_use_header=0',
  'input_format_parallel_parsing=0',
  'input_format_csv_trim_whitespaces=0',
  'input_format_csv_skip_trailing_empty_lines=1',
  'input_format_csv_allow_whitespace_or_tab_as_delimiter=1',
]

const QUOTES_HINT =
  'A cell that holds the separator, a quote or a line break must stand in double quotes, and a quote inside ' +
  'it must be doubled.'

export interface CsvSource {
  readonly file: LocatedFile
  /** The beginning of the unpacked file. */
  readonly text: string
  readonly map: ReadonlyMap<string, string>
}

export function csvFile(engine: Engine, source: CsvSource, rules: RowRules): EventFile {
  const { file, text, map } = source
  const header = readCsvHeader(file.input.path, text)
  const columns = columnsOfTable(file.input.path, header.names, map)
  const all = header.names.map((_, i) => `c${i}`)
  const structure = all.map((name) => `${name} String`).join(', ')
  const table: TableFile = {
    file,
    format: 'csv',
    size: file.compression === 'none' ? file.input.bytes : 0,
    columns: {
      fields: columns.map(({ field }) => field),
      cells: columns.map(({ index }) => all[index]!),
      rowSize: `toUInt32(${all.map((name) => `length(${name})`).join(' + ')} + ${all.length})`,
      hasLineBreak: `toUInt32(${all.map((name) => `position(${name}, '\\n') > 0`).join(' OR ')})`,
      from: fileFunction(file, 'CSVWithNames', structure),
      settings: [...SETTINGS, `format_csv_delimiter=${quote(header.delimiter)}`],
    },
    checkEnd: (rows, lastHasLineBreak) =>
      lastHasLineBreak ? refuseOpenQuote(engine, file, rows) : Promise.resolve(),
    failed: async (error) => {
      const fault = csvRowFault(error)
      if (fault === undefined) return readingFailed(error, file)
      try {
        const line = await lineOfRow(engine, file, fault.row)
        return rowError(error, file, fault, { names: header.names, line })
      } catch (packing) {
        return readingFailed(packing, file)
      }
    },
  }
  return tableFile(engine, table, rules)
}

/** Quotes come in pairs unless the last one opened was never closed. */
async function refuseOpenQuote(engine: Engine, file: LocatedFile, rows: number): Promise<void> {
  const lines = fileFunction(file, 'LineAsString', 'line String')
  const [odd] = await engine.rows(`SELECT sum(countSubstrings(line, '"')) % 2 = 1 FROM ${lines}`)
  if (odd?.[0] !== 1 && odd?.[0] !== true) return
  throw new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `${file.input.path}, row ${rows}: a quote is opened and never closed, so the rest of the file is one cell.`,
    { hint: QUOTES_HINT },
  )
}

/**
 * The line of the file on which a data row begins: cells before it may hold line breaks. Counted by
 * quotes, which come in pairs within a row; so it is off behind a lone quote inside a cell without
 * quotes.
 */
async function lineOfRow(engine: Engine, file: LocatedFile, row: number): Promise<number> {
  const lines = fileFunction(file, 'LineAsString', 'line String')
  let line = 0
  // The header is row 0.
  let rows = -1
  let isOpen = false
  for await (const bytes of engine.stream(
    `SELECT toUInt8(countSubstrings(line, '"') % 2) FROM ${lines}`,
  )) {
    for (const odd of bytes) {
      line++
      if (!isOpen && ++rows === row) return line
      isOpen = isOpen !== (odd === 1)
    }
  }
  return line
}

function rowError(
  cause: unknown,
  file: LocatedFile,
  fault: CsvRowFault,
  { names, line }: { readonly names: readonly string[]; readonly line: number },
): TributaryError {
  const where = `${file.input.path}, line ${line} (row ${fault.row})`
  const missing = names[fault.cells] ?? ''
  const what = {
    short: `${fault.cells} of ${names.length} cells, column ${JSON.stringify(missing)} is missing`,
    long: `more cells than the ${names.length} columns of line 1`,
    broken: `column ${JSON.stringify(names[Math.max(fault.cells - 1, 0)] ?? '')} does not end at its quote`,
  }[fault.kind]
  return new TributaryError('TRIBUTARY_BAD_DATA', `${where}: ${what}.`, {
    cause,
    hint: QUOTES_HINT,
  })
}
