// What CSV and Parquet have in common: the engine gives every row as text cells, the time first. A
// record is the row's RowBinary bytes until the very end, so that a sort moves bytes and only
// `decode` makes an object.
import { ByteTime } from './byte-time.ts'
import type { Engine } from './engine.ts'
import { BlockBuilder } from './event-block.ts'
import type { EventBlock, EventFile } from './event-block.ts'
import { parseCellTime } from './cell-time.ts'
import type { FileFormat } from './file-input.ts'
import type { LocatedFile } from './locate-files.ts'
import { readCells, rowEvent, rowShape } from './row-event.ts'
import type { RowRules } from './row-event.ts'
import { RowBinaryCursor } from './row-binary.ts'
import { METADATA_FIELDS } from './table-columns.ts'

export interface TableColumns {
  /** Fields in the order of `cells`; the first is `timestamp`. */
  readonly fields: readonly string[]
  /** SQL of each as a String without NULLs. */
  readonly cells: readonly string[]
  /** SQL (UInt32): the bytes of the unpacked file that a row takes, about. */
  readonly rowSize: string
  /** SQL (UInt32): 1 for a row with a line break in a cell. */
  readonly hasLineBreak: string
  /** The table function. */
  readonly from: string
  readonly settings: readonly string[]
}

export interface TableFile {
  readonly file: LocatedFile
  readonly format: FileFormat
  readonly columns: TableColumns
  readonly size: number
  /** Called at the end of each pass: throws if the last row cannot be as it seems. */
  readonly checkEnd?: (rows: number, lastHasLineBreak: boolean) => Promise<void>
  /** Puts a failure of the engine into words. */
  readonly failed: (error: unknown) => Promise<Error>
}

export function tableFile(engine: Engine, table: TableFile, rules: RowRules): EventFile {
  const { file, format } = table
  const shape = rowShape(table.columns.fields, METADATA_FIELDS)
  return {
    input: { ...file.input, format },
    size: table.size,
    blocks: (pass) => rowBlocks(engine, table, pass, rules),
    decode: ({ bytes, start, end, row }) => {
      const cells = readCells(new RowBinaryCursor(bytes, start + TIME_BYTES), shape.length)
      // What is not UTF-8 is no JSON either: the parser refuses it as such.
      if (cells === null) return cellsAsLine(bytes, start + TIME_BYTES, end)
      const timeMs = bytes.readDoubleLE(start)
      return rowEvent(cells, { timeMs, id: `${file.input.label}:${row}` }, shape, rules)
    },
  }
}

/** A record is its time (Float64; -1: invalid) and its cells. */
const TIME_BYTES = 8

/** The cells of a row as they are, joined by commas. */
function cellsAsLine(bytes: Buffer, start: number, end: number): Buffer {
  const cursor = new RowBinaryCursor(bytes, start)
  const parts: Buffer[] = []
  while (cursor.at < end) {
    cursor.string()
    if (parts.length > 0) parts.push(Buffer.from(','))
    parts.push(bytes.subarray(cursor.start, cursor.end))
  }
  return Buffer.concat(parts)
}

async function* rowBlocks(
  engine: Engine,
  { columns, checkEnd, failed }: TableFile,
  pass: 'times' | 'records',
  rules: RowRules,
): AsyncGenerator<EventBlock> {
  const cells = pass === 'times' ? columns.cells.slice(0, 1) : columns.cells
  const sql =
    `SELECT ${columns.rowSize}, ${columns.hasLineBreak}, ${cells.join(', ')} ` +
    `FROM ${columns.from}`
  const times = new ByteTime(rules.wallIsUtc)
  let row = 0
  let lastHasLineBreak = false
  try {
    for await (const bytes of engine.stream(sql, columns.settings)) {
      const cursor = new RowBinaryCursor(bytes)
      const block = new BlockBuilder(bytes)
      while (!cursor.done) {
        const start = cursor.at
        block.addSize(cursor.uint32())
        lastHasLineBreak = cursor.uint32() === 1
        cursor.string()
        let timeMs = times.parse(bytes, cursor.start, cursor.end)
        if (timeMs === -1) timeMs = parseCellTime(cursor.latin1(), rules.offsetOfWall)
        for (let cell = 1; cell < cells.length; cell++) cursor.string()
        row++
        // The two numbers in front have been read: the time takes their bytes.
        bytes.writeDoubleLE(timeMs, start)
        block.add(timeMs, row, start, cursor.at)
      }
      yield block.take()
    }
    await checkEnd?.(row, lastHasLineBreak)
  } catch (error) {
    throw await failed(error)
  }
}
