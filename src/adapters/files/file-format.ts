// NDJSON, CSV or Parquet: said by `--format`, else by the name, else by the first bytes. A name is
// believed unless the bytes are those of Parquet; what is no table at all is refused here.
import { TributaryError } from '../../ports/errors.ts'
import type { FileFormat } from './file-input.ts'
import { isParquet } from './stored-file.ts'

const BY_NAME: readonly [RegExp, FileFormat][] = [
  [/\.(ndjson|jsonl)(\.gz|\.zst)?$/i, 'ndjson'],
  [/\.(csv|tsv)(\.gz|\.zst)?$/i, 'csv'],
  [/\.parquet$/i, 'parquet'],
]

export interface Beginning {
  /** First bytes as stored. */
  readonly head: Uint8Array
  /** First bytes, unpacked, as text. */
  readonly text: string
}

/** Throws TRIBUTARY_BAD_DATA for a file that is none of the three. */
export function formatOf(path: string, { head, text }: Beginning, forced?: FileFormat): FileFormat {
  const named = forced ?? BY_NAME.find(([pattern]) => pattern.test(path))?.[1]
  if (isParquet(head) && forced === undefined) return 'parquet'
  if (named === 'parquet' && !isParquet(head)) {
    throw noTable(path, 'it does not begin as a Parquet file does')
  }
  return named ?? formatOfText(path, text)
}

function formatOfText(path: string, text: string): FileFormat {
  const start = text.replace(/^[\ufeff\s]+/, '')
  if (start === '') throw noTable(path, 'there is nothing in it')
  if (start.includes('\0')) throw noTable(path, 'it is binary')
  if (start.startsWith('{')) return 'ndjson'
  if (start.startsWith('[')) {
    throw noTable(path, 'it is one JSON array', `Put one object on a line: jq -c '.[]' ${path}`)
  }
  if (start.startsWith('<')) throw noTable(path, 'it is HTML or XML')
  return 'csv'
}

const noTable = (path: string, why: string, hint?: string): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', `${path} is no table of events: ${why}.`, {
    hint: hint ?? 'Events are NDJSON, CSV or Parquet; --format says which when the name does not.',
  })
