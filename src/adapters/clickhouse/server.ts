// A ClickHouse server (or cluster node) over HTTP, by the official client: one client to write, one
// to read, one for streams. The client does not retry; absolute rows make a retry by the caller
// safe.
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { ClickHouseClient, ClickHouseSettings, DataFormat } from '@clickhouse/client'
import {
  DEDUPLICATION_OFF,
  DEDUPLICATION_OFF_BEFORE_26_2,
  READER_SETTINGS,
  WRITER_SETTINGS,
} from './connection.ts'
import type { AccessOptions, ClickHouse, QueryParams, StreamOptions } from './connection.ts'
import { assertDatabaseName } from './database-name.ts'
import { toTributaryError } from './errors.ts'

export interface ServerOptions extends AccessOptions {
  /** http://host:8123 or https://…; user and password may stand in it. */
  readonly url: string
  readonly database: string
  readonly user?: string
  readonly password?: string
  /** How long an answer may stay silent, ms; streams wait ten times as long. Default 60,000. */
  readonly timeoutMs?: number
  /** gzip both ways. Default true; a user whose profile is readonly=1 needs false. */
  readonly gzip?: boolean
}

const TIMEOUT_MS = 60_000
const STREAM_PATIENCE = 10
const OPEN_CONNECTIONS_MAX = 4

/**
 * Connects lazily: no request is sent before the first use. Throws TRIBUTARY_CONFIG for a bad name.
 */
export function openServer(options: ServerOptions): ClickHouse {
  assertDatabaseName(options.database)
  const place = placeOf(options.url)
  const access: ClickHouseSettings = options.readOnly === true ? { readonly: '2' } : {}
  const reads = { ...READER_SETTINGS, ...access }
  const writer = client(options, { ...WRITER_SETTINGS, ...access })
  const reader = client(options, reads)
  const timeoutMs = (options.timeoutMs ?? TIMEOUT_MS) * STREAM_PATIENCE
  // A whole answer first, then its bytes: a query that fails halfway leaves no half of a file.
  const streamer = client({ ...options, timeoutMs }, { ...reads, wait_end_of_query: 1 })
  let insertSettings: ClickHouseSettings | undefined
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work()
    } catch (error) {
      throw toTributaryError(error, place)
    }
  }
  return {
    database: options.database,
    place,
    createDatabase: () => attempt(() => createDatabase(options)),
    command: (sql) => attempt(() => run(writer, sql)),
    insert: (table, columns, rows) =>
      attempt(async () => {
        insertSettings ??= await deduplicationOff(reader)
        await insert(writer, { table, columns, rows, settings: insertSettings })
      }),
    rows: <Row extends readonly unknown[]>(sql: string, params: QueryParams = {}) =>
      attempt(async () => {
        const format = 'JSONCompactEachRow'
        const result = await reader.query({ query: sql, format, query_params: { ...params } })
        return result.json<Row>()
      }),
    text: (sql, format) => attempt(async () => textOf(reader, sql, format)),
    stream: (sql, how) => streamOf(streamer, { sql, how, place }),
    close: () =>
      attempt(async () => {
        await Promise.all([writer.close(), reader.close(), streamer.close()])
      }),
  }
}

function client(
  options: Omit<ServerOptions, 'database'> & { readonly database?: string },
  settings: ClickHouseSettings,
): ClickHouseClient {
  const gzip = options.gzip ?? true
  return createClient({
    url: options.url,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.user === undefined ? {} : { username: options.user }),
    ...(options.password === undefined ? {} : { password: options.password }),
    application: 'tributary',
    request_timeout: options.timeoutMs ?? TIMEOUT_MS,
    max_open_connections: OPEN_CONNECTIONS_MAX,
    compression: { request: gzip ? { codec: 'gzip', level: 1 } : false, response: gzip },
    clickhouse_settings: settings,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

async function run(writer: ClickHouseClient, sql: string): Promise<void> {
  await writer.command({ query: sql })
}

interface Insert {
  readonly table: string
  readonly columns: readonly string[]
  readonly rows: readonly (readonly unknown[])[]
  readonly settings: ClickHouseSettings
}

async function insert(writer: ClickHouseClient, one: Insert): Promise<void> {
  const [first, ...rest] = one.columns
  if (first === undefined) return
  await writer.insert({
    table: one.table,
    columns: [first, ...rest],
    values: [...one.rows],
    format: 'JSONCompactEachRow',
    clickhouse_settings: one.settings,
  })
}

/** An older server refuses a setting that it does not know, so it is asked. */
async function deduplicationOff(reader: ClickHouseClient): Promise<ClickHouseSettings> {
  const query = "SELECT count() FROM system.settings WHERE name = 'deduplicate_insert'"
  const result = await reader.query({ query, format: 'JSONCompactEachRow' })
  const [[known] = ['0']] = await result.json<[string]>()
  return known === '0' ? DEDUPLICATION_OFF_BEFORE_26_2 : DEDUPLICATION_OFF
}

async function textOf(reader: ClickHouseClient, sql: string, format: string): Promise<string> {
  const settings: ClickHouseSettings = {
    default_format: format as DataFormat,
    wait_end_of_query: 1,
  }
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

/**
 * On a client without a database of its own: one that names a missing database cannot create it.
 */
async function createDatabase(options: ServerOptions): Promise<void> {
  const { database, ...rest } = options
  const bare = client(rest, {})
  try {
    await bare.command({ query: `CREATE DATABASE IF NOT EXISTS \`${database}\`` })
  } finally {
    await bare.close()
  }
}

/** The address without what a log must not show. */
function placeOf(url: string): string {
  return URL.canParse(url) ? new URL(url).host : 'the given URL'
}
