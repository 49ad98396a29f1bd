// A ClickHouse server (or cluster node) over HTTP, by the official client: one client to write, one
// to read, one for streams. An error after sending is ambiguous; absolute rows make a retry by the
// caller safe, and a statement is never older than the caller's patience when it runs.
import type { ClickHouseClient, ClickHouseSettings, DataFormat } from '@clickhouse/client'
import {
  DEDUPLICATION_OFF,
  DEDUPLICATION_OFF_BEFORE_26_2,
  READER_SETTINGS,
  WRITER_SETTINGS,
} from './connection.ts'
import type { ClickHouse, QueryParams, StreamOptions } from './connection.ts'
import { assertDatabaseName } from './database-name.ts'
import { clickHouseCode, toTributaryError } from './errors.ts'
import { onClusterOf } from './layout.ts'
import { CLUSTER_READS, clusterWrites, createServerClient } from './server-client.ts'
import { serverPatience, timeoutOf } from './server-client.ts'
import type { ServerOptions } from './server-client.ts'

const STREAM_PATIENCE = 10
/** Another insert into the table is not yet on a quorum: so long until it may be. */
const QUORUM_BUSY = 286
const QUORUM_TRIES = 20
const QUORUM_WAIT_MS = 100

/**
 * Connects lazily: no request is sent before the first use. Throws TRIBUTARY_CONFIG for a bad name
 * or an authority that cannot be read.
 */
export function openServer(options: ServerOptions): ClickHouse {
  assertDatabaseName(options.database)
  const { cluster = '', database } = options
  const place = placeOf(options.url)
  const timeoutMs = timeoutOf(options)
  const patience = serverPatience(timeoutMs)
  const access: ClickHouseSettings = options.readOnly === true ? { readonly: '2' } : {}
  const [clusterWrite, clusterRead] =
    cluster === '' ? [{}, {}] : [clusterWrites(timeoutMs), CLUSTER_READS]
  const reads = { ...READER_SETTINGS, ...clusterRead, ...access }
  const writer = createServerClient(options, {
    ...WRITER_SETTINGS,
    ...patience,
    ...clusterWrite,
    ...access,
  })
  // A whole answer first, then its bytes: a query that fails halfway gives no half of its rows.
  const whole = { wait_end_of_query: 1, cancel_http_readonly_queries_on_client_close: 1 } as const
  const reader = createServerClient(options, { ...reads, ...patience, ...whole })
  const patient = { ...options, timeoutMs: timeoutMs * STREAM_PATIENCE }
  const streamer = createServerClient(patient, { ...reads, ...whole })
  let insertSettings: ClickHouseSettings | undefined
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toTributaryError(error, place)
    }
  }
  return {
    database,
    place,
    cluster,
    hasDatabase: () => attempt(() => hasDatabase(options)),
    createDatabase: () => attempt(() => createDatabase(options)),
    command: (sql) => attempt(async () => void (await writer.command({ query: sql }))),
    insert: (table, columns, rows) =>
      attempt(async () => {
        insertSettings ??= await deduplicationOff(reader)
        await insert(writer, { table, columns, rows, settings: insertSettings, timeoutMs })
      }),
    rows: <Row extends readonly unknown[]>(sql: string, params: QueryParams = {}) =>
      attempt(() => rowsOf<Row>(reader, sql, params)),
    text: (sql, format) => attempt(async () => textOf(reader, sql, format)),
    stream: (sql, how) => streamOf(streamer, { sql, how, place }),
    close: () =>
      attempt(async () => {
        await Promise.all([writer.close(), reader.close(), streamer.close()])
      }),
  }
}

async function rowsOf<Row extends readonly unknown[]>(
  reader: ClickHouseClient,
  query: string,
  params: QueryParams,
): Promise<Row[]> {
  const format = 'JSONCompactEachRow'
  const result = await reader.query({ query, format, query_params: { ...params } })
  return result.json<Row>()
}

interface Insert {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly settings: ClickHouseSettings
  readonly timeoutMs: number
}

/** Waits a while for its turn on a cluster, where inserts of a table reach their quorum in turn. */
async function insert(writer: ClickHouseClient, one: Insert): Promise<void> {
  for (let left = QUORUM_TRIES; ; left--) {
    try {
      return await insertOnce(writer, one)
    } catch (error) {
      if (left === 0 || clickHouseCode(error) !== QUORUM_BUSY) throw error
    }
    await new Promise((done) => setTimeout(done, QUORUM_WAIT_MS * (0.5 + Math.random())))
  }
}

async function insertOnce(writer: ClickHouseClient, one: Insert): Promise<void> {
  const [first, ...rest] = one.columns
  if (first === undefined) return
  await writer.insert({
    table: one.table,
    columns: [first, ...rest],
    values: [...one.rows],
    format: 'JSONCompactEachRow',
    clickhouse_settings: one.settings,
    // The client's own patience begins anew with every byte that comes; an insert's age is capped.
    abort_signal: AbortSignal.timeout(one.timeoutMs),
  })
}

/** An older server refuses a setting that it does not know, so it is asked. */
async function deduplicationOff(reader: ClickHouseClient): Promise<ClickHouseSettings> {
  const query = "SELECT count() FROM system.settings WHERE name = 'deduplicate_insert'"
  const [[known] = ['0']] = await rowsOf<[string]>(reader, query, {})
  return known === '0' ? DEDUPLICATION_OFF_BEFORE_26_2 : DEDUPLICATION_OFF
}

async function textOf(reader: ClickHouseClient, sql: string, format: string): Promise<string> {
  const settings: ClickHouseSettings = { default_format: format as DataFormat }
  const { stream } = await reader.exec({ query: sql, clickhouse_settings: settings })
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece as Buffer)
  return Buffer.concat(pieces).toString('utf8')
}

async function* streamOf(
  streamer: ClickHouseClient,
  query: { readonly sql: string; readonly how: StreamOptions; readonly place: string },
): AsyncIterable<Uint8Array> {
  try {
    const { stream } = await streamer.exec({
      query: query.sql,
      clickhouse_settings: {
        ...query.how.settings,
        default_format: query.how.format as DataFormat,
      },
    })
    for await (const piece of stream) yield piece as Uint8Array
  } catch (error) {
    throw toTributaryError(error, query.place)
  }
}

/** On a client without a database of its own, since that may be missing. */
async function onServer<T>(
  { database, ...options }: ServerOptions,
  ask: (client: ClickHouseClient, database: string) => Promise<T>,
): Promise<T> {
  const client = createServerClient(options, {})
  try {
    return await ask(client, database)
  } finally {
    await client.close()
  }
}

const createDatabase = (options: ServerOptions): Promise<void> =>
  onServer(options, async (client, database) => {
    const onCluster = onClusterOf(options.cluster ?? '')
    await client.command({ query: `CREATE DATABASE IF NOT EXISTS \`${database}\`${onCluster}` })
  })

const hasDatabase = (options: ServerOptions): Promise<boolean> =>
  onServer(options, async (client, database) => {
    const query = 'SELECT name FROM system.databases WHERE name = {database:String}'
    return (await rowsOf(client, query, { database })).length > 0
  })

/** The address without what a log must not show. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the given URL'
}
