// The embedded ClickHouse engine as a reader of files: it unpacks, splits and decodes; what the
// bytes mean is decided on our side. A process has one engine folder, so `replay` lends the
// ledger's. Every stream has a session of its own, because another query on a session kills its
// stream. Errors are the engine's own; engine-errors.ts puts them into words, since only the caller
// knows the file.
import { ENGINE_ARGUMENTS } from '../clickhouse/embedded.ts'
import { engineMissing, folderUnavailable } from '../clickhouse/errors.ts'

type Chdb = typeof import('chdb')
type Session = InstanceType<Chdb['Session']>

export interface Engine {
  /** All rows of a small result. */
  rows(sql: string): Promise<unknown[][]>
  /**
   * The result in RowBinary, in pieces of whole rows, pulled one ahead of the consumer. Ending the
   * iteration early cancels the query. `settings`: `name=value`, beside those of every query.
   */
  stream(sql: string, settings?: readonly string[]): AsyncIterableIterator<Buffer>
  close(): Promise<void>
}

/**
 * Small blocks and no mmap keep the resident size down; `parallelize_output_from_storages=0` keeps
 * the rows in the order of the file.
 */
const SETTINGS: readonly string[] = [
  "storage_file_read_method='pread'",
  'max_threads=2',
  'max_block_size=8192',
  'input_format_max_block_size_bytes=1000000',
  'input_format_parquet_max_block_size=8192',
  'input_format_parquet_prefer_block_bytes=1000000',
  'min_chunk_bytes_for_parallel_parsing=1000000',
  'parallelize_output_from_storages=0',
  'input_format_parquet_preserve_order=1',
  "session_timezone='UTC'",
]

/** Opens a session on `folder` (created when missing). Throws TRIBUTARY_CLICKHOUSE_UNAVAILABLE. */
export async function openEngine(folder: string): Promise<Engine> {
  const chdb = await loadChdb()
  const open = (): Session => {
    try {
      return new chdb.Session(folder, { connectionArgs: ENGINE_ARGUMENTS })
    } catch (error) {
      throw folderUnavailable(error, folder)
    }
  }
  // Held to the end, so that the folder stays open between two streams.
  const session = open()
  return {
    rows: async (sql) => {
      const result = await session.queryAsync(withSettings(sql), { format: 'JSONCompactEachRow' })
      return result
        .text()
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => JSON.parse(line) as unknown[])
    },
    stream: (sql, settings) => pieces(open, withSettings(sql, settings)),
    close: async () => {
      session.close()
      await chdb.drainPending()
    },
  }
}

async function loadChdb(): Promise<Chdb> {
  try {
    return await import('chdb')
  } catch (error) {
    throw engineMissing(error)
  }
}

const withSettings = (sql: string, more: readonly string[] = []): string =>
  `${sql} SETTINGS ${[...SETTINGS, ...more].join(', ')}`

async function* pieces(open: () => Session, sql: string): AsyncGenerator<Buffer> {
  const session = open()
  const chunks = session.queryStream(sql, { format: 'RowBinary' })[Symbol.asyncIterator]()
  let pending = chunks.next()
  try {
    for (;;) {
      const chunk = await pending
      if (chunk.done === true) return
      // The engine works on the next piece while the consumer has this one.
      pending = chunks.next()
      const raw = chunk.value.raw()
      if (raw.length > 0) yield Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength)
    }
  } finally {
    // A stream must not be cancelled under a fetch that still runs.
    await pending.catch(() => undefined)
    await chunks.return?.()
    session.close()
  }
}

/** A string literal of SQL. */
export const quote = (text: string): string =>
  `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`
/** A quoted identifier of SQL. */
export const identifier = (name: string): string =>
  `\`${name.replaceAll('\\', '\\\\').replaceAll('`', '\\`')}\``
