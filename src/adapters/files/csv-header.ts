// The first row of a CSV: what separates its cells and how the columns are called. Read here and
// not by the engine, which refuses a name given twice and takes a file of `;` for one column.
import { TributaryError } from '../../ports/errors.ts'

export interface CsvHeader {
  readonly delimiter: string
  /** As written, without quotes and surrounding blanks. */
  readonly names: readonly string[]
}

const DELIMITERS = [',', ';', '\t', '|'] as const

/**
 * `text`: the beginning of the file. Throws TRIBUTARY_BAD_DATA if no row of several names can be
 * found.
 */
export function readCsvHeader(path: string, text: string): CsvHeader {
  const start = text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
  const candidates = DELIMITERS.map((delimiter) => ({
    delimiter,
    names: firstRow(start, delimiter),
  }))
  const header = candidates.reduce((best, one) =>
    one.names.length > best.names.length ? one : best,
  )
  if (header.names.length < 2 || start.includes('\0')) {
    throw new TributaryError(
      'TRIBUTARY_BAD_DATA',
      `${path} is no table: line 1 does not name columns separated by a comma, semicolon, tab or bar.`,
      { hint: 'Give the file a first line such as user_id,timestamp,channel,event_type.' },
    )
  }
  if (header.names.some((name) => name.includes('\r'))) {
    throw new TributaryError(
      'TRIBUTARY_BAD_DATA',
      `${path}, line 1: the lines end with a bare carriage return.`,
      { hint: `Convert it: tr '\\r' '\\n' < old.csv > new.csv` },
    )
  }
  return header
}

/** RFC 4180: quotes around a cell, doubled inside; blanks around a name mean nothing. */
function firstRow(text: string, delimiter: string): string[] {
  const names: string[] = []
  let cell = ''
  let quoted = false
  for (let i = 0; i < text.length; i++) {
    const char = text[i]!
    if (char === '"' && quoted && text[i + 1] === '"') {
      cell += char
      i++
    } else if (char === '"' && (quoted || cell.trim() === '')) {
      quoted = !quoted
    } else if (quoted) {
      cell += char
    } else if (char === delimiter) {
      names.push(cell.trim())
      cell = ''
    } else if (char === '\n') {
      break
    } else cell += char
  }
  names.push(cell.trim())
  return names
}
