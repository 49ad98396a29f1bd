// How a file lies on disk, told by its first bytes and not by its name: what packs it, and whether
// it is something that no reader here can take. The engine gets a link with a plain name, since it
// takes `*?{}[]` in a path for a pattern and cannot be told otherwise.
import { TributaryError } from '../../ports/errors.ts'
import { quote } from './engine.ts'

export type Compression = 'none' | 'gzip' | 'zstd'

export interface StoredFile {
  /** What the engine opens: a link of ours. */
  readonly link: string
  readonly compression: Compression
}

/** The table function that reads it. `structure`: '' lets the engine find out (Parquet). */
export const fileFunction = (file: StoredFile, format: string, structure: string): string =>
  `file(${quote(file.link)}, ${format}, ${structure === '' ? `'auto'` : quote(structure)}, ` +
  `${quote(file.compression)})`

const starts = (head: Uint8Array, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, i) => head[i] === byte)

export const compressionOf = (head: Uint8Array): Compression =>
  starts(head, 0x1f, 0x8b) ? 'gzip' : starts(head, 0x28, 0xb5, 0x2f, 0xfd) ? 'zstd' : 'none'

/** First bytes of what people take for event files, and what they should do instead. */
const FOREIGN: readonly { magic: readonly number[]; what: string; hint: string }[] = [
  {
    magic: [0x50, 0x4b, 0x03, 0x04],
    what: 'a ZIP archive or an Excel workbook',
    hint: 'Unpack it, or export the sheet as CSV.',
  },
  { magic: [0xff, 0xfe], what: 'text in UTF-16', hint: 'Save it as UTF-8.' },
  { magic: [0xfe, 0xff], what: 'text in UTF-16', hint: 'Save it as UTF-8.' },
  {
    magic: [0xfd, 0x37, 0x7a, 0x58, 0x5a],
    what: 'packed with xz',
    hint: 'Unpack it with `xz -d`.',
  },
  { magic: [0x42, 0x5a, 0x68], what: 'packed with bzip2', hint: 'Unpack it with `bunzip2`.' },
  { magic: [0x04, 0x22, 0x4d, 0x18], what: 'packed with lz4', hint: 'Unpack it with `lz4 -d`.' },
  { magic: [0x25, 0x50, 0x44, 0x46], what: 'a PDF', hint: 'Export the table as CSV.' },
  { magic: [0x4f, 0x62, 0x6a, 0x01], what: 'Avro', hint: 'Convert it to Parquet or NDJSON.' },
  { magic: [0x4f, 0x52, 0x43], what: 'ORC', hint: 'Convert it to Parquet or NDJSON.' },
]

/** Throws TRIBUTARY_BAD_DATA for what is known and cannot be read. */
export function refuseForeign(path: string, head: Uint8Array): void {
  const foreign = FOREIGN.find(({ magic }) => starts(head, ...magic))
  if (foreign === undefined) return
  throw new TributaryError('TRIBUTARY_BAD_DATA', `${path} is ${foreign.what}, not a table.`, {
    hint: foreign.hint,
  })
}

export const isParquet = (head: Uint8Array): boolean => starts(head, 0x50, 0x41, 0x52, 0x31)
