// One official client per use, and what is the same for all: patience, keep-alive, TLS, and how
// statements behave on a cluster. The client does not retry.
import { readFileSync } from 'node:fs'
import { ClickHouseLogLevel, createClient } from '@clickhouse/client'
import type { ClickHouseClient, ClickHouseSettings } from '@clickhouse/client'
import { TributaryError } from '../../ports/errors.ts'
import type { AccessOptions } from './connection.ts'

export interface ServerOptions extends AccessOptions {
  /** http://host:8123 or https://…; user and password may stand in it. */
  readonly url: string
  readonly database: string
  readonly user?: string
  readonly password?: string
  /** PEM file of the authority that signed the server's certificate; '': those Node.js knows. */
  readonly tlsCaFile?: string
  /** Name of the cluster whose tables are meant; '': a single server. */
  readonly cluster?: string
  /** How long an answer may stay silent, ms; streams wait ten times as long. Default 60,000. */
  readonly timeoutMs?: number
  /** gzip both ways. Default true; a user whose profile is readonly=1 needs false. */
  readonly gzip?: boolean
}

const TIMEOUT_MS = 60_000
const OPEN_CONNECTIONS_MAX = 4
/** Below the least keep-alive of servers (3 s): a socket that the server closes is not used. */
const IDLE_SOCKET_MS = 2_000

export const timeoutOf = ({ timeoutMs = TIMEOUT_MS }: Pick<ServerOptions, 'timeoutMs'>): number =>
  timeoutMs

/** The server gives up what nobody waits for any more, so that no insert lands hours late. */
export const serverPatience = (timeoutMs: number): ClickHouseSettings => ({
  max_execution_time: Math.ceil(timeoutMs / 1_000),
})

/** An insert is on its shard and on a quorum of its replicas when it returns. */
export const clusterWrites = (timeoutMs: number): ClickHouseSettings => ({
  distributed_foreground_insert: 1,
  insert_quorum: 'auto',
  // Inserts in parallel would make sequential consistency mean nothing.
  insert_quorum_parallel: 0,
  insert_quorum_timeout: timeoutMs,
})

/** A read sees every insert that has returned, whichever replica answers. */
export const CLUSTER_READS: ClickHouseSettings = { select_sequential_consistency: '1' }

/** Without `database`: one that names a missing database could not create it. */
export function createServerClient(
  options: Omit<ServerOptions, 'database'> & { readonly database?: string },
  settings: ClickHouseSettings,
): ClickHouseClient {
  const gzip = options.gzip ?? true
  const { tlsCaFile = '' } = options
  return createClient({
    url: options.url,
    ...(options.database === undefined ? {} : { database: options.database }),
    ...(options.user === undefined ? {} : { username: options.user }),
    ...(options.password === undefined ? {} : { password: options.password }),
    ...(tlsCaFile === '' ? {} : { tls: { ca_cert: readAuthority(tlsCaFile) } }),
    application: 'tributary',
    request_timeout: timeoutOf(options),
    max_open_connections: OPEN_CONNECTIONS_MAX,
    keep_alive: { idle_socket_ttl: IDLE_SOCKET_MS, eagerly_destroy_stale_sockets: true },
    compression: { request: gzip ? { codec: 'gzip', level: 1 } : false, response: gzip },
    clickhouse_settings: settings,
    log: { level: ClickHouseLogLevel.OFF },
  })
}

function readAuthority(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new TributaryError('TRIBUTARY_CONFIG', `The file ${file} cannot be read.`, {
      cause: error,
      hint: 'TRIBUTARY_CLICKHOUSE__TLS_CA_FILE names the authority behind the certificate, as PEM.',
    })
  }
}
