// The engine's errors -> words for the person whose file it is. Its messages name our link and its
// own internals, so nothing of them is passed on but what is recognised here; samples of all of
// them, as this engine writes them, are made by the tests from damaged files.
import { TributaryError } from '../../ports/errors.ts'
import type { LocatedFile } from './locate-files.ts'

const INFLATE_FAILED = 354
const ZSTD_FAILED = 561
const GONE: ReadonlySet<number> = new Set([107, 400])
/**
 * Codes of a statement of ours that is wrong, or of a machine that is too small: not the file's
 * fault.
 */
const NOT_THE_FILE: ReadonlySet<number> = new Set([36, 42, 43, 46, 47, 60, 62, 115, 241, 243])

const WRITE_AGAIN = 'Copy or write the file again, and compare its size with the original.'

const badData = (message: string, cause: unknown): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', message, { cause, hint: WRITE_AGAIN })

/** What a failure while reading `file` means; a TributaryError is returned as it is. */
export function readingFailed(error: unknown, file: LocatedFile): TributaryError {
  if (error instanceof TributaryError) return error
  const message = error instanceof Error ? error.message : String(error)
  const code = Number(/Code: (\d+)\./.exec(message)?.[1] ?? NaN)
  const { path } = file.input
  if (Number.isNaN(code) || NOT_THE_FILE.has(code)) {
    const text = `The engine cannot read ${path}: ${firstSentence(message)}`
    return new TributaryError('TRIBUTARY_CLICKHOUSE_QUERY', text, { cause: error })
  }
  if (code === INFLATE_FAILED || code === ZSTD_FAILED) {
    const packed = `it cannot be unpacked (${file.compression})`
    return badData(`${path} is damaged or cut short: ${packed}.`, error)
  }
  if (GONE.has(code)) return badData(`${path} disappeared while it was read.`, error)
  if (message.includes('Not a Parquet file')) {
    return badData(`${path} is no Parquet file, or is cut short: its end is missing.`, error)
  }
  const column = /column: ([^:(]+)/.exec(message)?.[1]?.trim()
  if (message.includes('Parquet')) {
    const where = column === undefined ? '' : `, column ${JSON.stringify(column)}`
    return badData(`${path}${where}: the Parquet data is damaged.`, error)
  }
  return badData(`${path} cannot be read: ${firstSentence(message)}`, error)
}

/** The innermost statement of the engine, without codes, versions and places. */
const firstSentence = (message: string): string => {
  const inner = message.split('DB::Exception: ').at(-1) ?? message
  const sentence = inner.split(/\n|: \(in file|: While | \(version|\. \(/)[0] ?? inner
  return sentence.trim().replace(/\.?$/, '.')
}

/** What the engine says of a CSV row that does not fit; undefined: the error is another. */
export interface CsvRowFault {
  /** Data row, from 1. */
  readonly row: number
  readonly kind: 'short' | 'long' | 'broken'
  /** Cells read before the fault. */
  readonly cells: number
}

export function csvRowFault(error: unknown): CsvRowFault | undefined {
  const message = error instanceof Error ? error.message : ''
  const row = Number(/\(at row (\d+)\)/.exec(message)?.[1] ?? NaN)
  if (Number.isNaN(row)) return undefined
  const own = message.split(`\nRow ${row}:\n`).at(-1) ?? ''
  const cells = own.split('\n').filter((line) => line.startsWith('Column ')).length
  const kind = message.includes('less columns')
    ? 'short'
    : message.includes('more columns')
      ? 'long'
      : 'broken'
  return { row, kind, cells }
}
