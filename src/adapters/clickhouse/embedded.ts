// The ClickHouse engine inside this process, its data in a folder (npm `chdb`, an optional
// dependency). One process per folder, one folder at a time per process. Each kind of use has a
// session of its own: settings and the current database stick to a session, and a long query makes
// the next one wait.
import { mkdir } from 'node:fs/promises'
import { DEDUPLICATION_OFF, READER_SETTINGS, WRITER_SETTINGS } from './connection.ts'
import type { AccessOptions, ClickHouse, QueryParams, StreamOptions } from './connection.ts'
import { assertDatabaseName } from './database-name.ts'
import { engineMissing, folderUnavailable, toTributaryError } from './errors.ts'

type Chdb = typeof import('chdb')
type Session = InstanceType<Chdb['Session']>
type Settings = Readonly<Record<string, string | number>>

/** Else the engine would take a `config.xml` of the current folder, whosever it is. */
export const ENGINE_ARGUMENTS: readonly string[] = ['--config-file=']

export interface EmbeddedOptions extends AccessOptions {
  /** Created when missing. */
  readonly folder: string
  /** A database inside it, created when missing unless `readOnly`. */
  readonly database: string
}

/**
 * Opens the folder and takes its lock. Throws TRIBUTARY_CLICKHOUSE_UNAVAILABLE: no engine, or in
 * use.
 */
export async function openEmbedded(options: EmbeddedOptions): Promise<ClickHouse> {
  assertDatabaseName(options.database)
  const { folder, database } = options
  const access: Settings = options.readOnly === true ? { readonly: 2 } : {}
  const chdb = await loadEngine()
  await mkdir(folder, { recursive: true })
  const open = (settings: Settings): Promise<Session> => openSession(chdb, options, settings)
  const writer = await open({ ...WRITER_SETTINGS, ...DEDUPLICATION_OFF, ...access })
  const reader = await open({ ...READER_SETTINGS, ...access }).catch((error: unknown) => {
    writer.close()
    throw error
  })
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toTributaryError(error, folder)
    }
  }
  return {
    database,
    place: folder,
    cluster: '',
    hasDatabase: () => Promise.resolve(true),
    createDatabase: () => Promise.resolve(),
    command: (sql) => attempt(async () => void (await writer.queryAsync(sql))),
    insert: (table, columns, rows) => attempt(() => insert(writer, table, columns, rows)),
    rows: <Row extends readonly unknown[]>(sql: string, params: QueryParams = {}) =>
      attempt(async () => {
        const result = await reader.queryBindAsync(sql, params, { format: 'JSONCompactEachRow' })
        return parseLines<Row>(Buffer.from(result.bytes()))
      }),
    text: (sql, format) => attempt(async () => (await reader.queryAsync(sql, { format })).text()),
    stream: (sql, how) =>
      streamOf(() => open({ ...READER_SETTINGS, ...how.settings, ...access }), {
        sql,
        how,
        folder,
      }),
    close: async () => {
      writer.close()
      reader.close()
      await chdb.drainPending()
    },
  }
}

async function loadEngine(): Promise<Chdb> {
  try {
    return await import('chdb')
  } catch (error) {
    throw engineMissing(error)
  }
}

async function openSession(
  chdb: Chdb,
  options: EmbeddedOptions,
  settings: Settings,
): Promise<Session> {
  let session: Session
  try {
    session = new chdb.Session(options.folder, { connectionArgs: ENGINE_ARGUMENTS })
  } catch (error) {
    throw folderUnavailable(error, options.folder)
  }
  try {
    if (options.readOnly !== true) {
      await session.queryAsync(`CREATE DATABASE IF NOT EXISTS \`${options.database}\``)
    }
    await session.queryAsync(`USE \`${options.database}\``)
    const assignments = Object.entries(settings).map(([name, value]) => `${name} = '${value}'`)
    if (assignments.length > 0) await session.queryAsync(`SET ${assignments.join(', ')}`)
    return session
  } catch (error) {
    session.close()
    throw toTributaryError(error, options.folder)
  }
}

async function insert(
  writer: Session,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly unknown[])[],
): Promise<void> {
  if (rows.length === 0) return
  const lines = rows.map((row) => JSON.stringify(row))
  const values = Buffer.from(lines.join('\n'))
  await writer.insert({ table, columns, values, format: 'JSONCompactEachRow' })
}

/** Line by line: a string cannot hold as much as a result may. Every line ends with a newline. */
function parseLines<Row extends readonly unknown[]>(bytes: Buffer): Row[] {
  const rows: Row[] = []
  for (let start = 0; start < bytes.length;) {
    const end = bytes.indexOf('\n', start)
    rows.push(JSON.parse(bytes.toString('utf8', start, end)) as Row)
    start = end + 1
  }
  return rows
}

async function* streamOf(
  open: () => Promise<Session>,
  query: { readonly sql: string; readonly how: StreamOptions; readonly folder: string },
): AsyncIterable<Uint8Array> {
  const session = await open()
  try {
    const pieces = session.queryStream(query.sql, { format: query.how.format })
    for await (const piece of pieces) yield piece.raw()
  } catch (error) {
    throw toTributaryError(error, query.folder)
  } finally {
    session.close()
  }
}
