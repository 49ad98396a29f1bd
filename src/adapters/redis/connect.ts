// A connection on which an error tells the truth, and soon: nothing is kept for later or sent twice
// behind the caller's back, what was under way when a connection broke fails at once, and one that
// has fallen silent is given up. One connection carries everything, so that the answer to "where
// does it stand?" comes after what became of the commit before.
import { readFileSync } from 'node:fs'
import { Cluster, Redis } from 'ioredis'
import type { RedisOptions } from 'ioredis'
import { TributaryError } from '../../ports/errors.ts'
import { noteFailure, redisError } from './errors.ts'
import { readAddress } from './address.ts'

export type RedisClient = Redis | Cluster

export interface RedisConnectOptions {
  /** `redis://user:password@host:6379/0`, `rediss://…` with TLS; any node of a cluster. */
  readonly url: string
  /** PEM files; '': the authorities that Node.js trusts, no certificate of our own. */
  readonly tlsCaFile?: string
  readonly tlsCertFile?: string
  readonly tlsKeyFile?: string
  /** After which a command without an answer fails. */
  readonly commandTimeoutMs?: number
}

const COMMAND_TIMEOUT_MS = 10_000
const CONNECT_TIMEOUT_MS = 5_000
/** A connection that was given up has so long to say good-bye. */
const DISCONNECT_TIMEOUT_MS = 500
const KEEP_ALIVE_MS = 10_000
const RECONNECT_MS_MAX = 1_000
const LOADING_RETRY_MS = 500

const reconnectAfterMs = (attempt: number): number => Math.min(50 * attempt, RECONNECT_MS_MAX)

/**
 * Resolves when commands can be sent (a Redis that is loading its data is waited for), to a cluster
 * client where the address is a cluster's. Reconnects by itself, until `disconnect()`. Throws
 * TributaryError: TRIBUTARY_REDIS_UNAVAILABLE, TRIBUTARY_CONFIG.
 */
export async function connectRedis(options: RedisConnectOptions): Promise<RedisClient> {
  const { host, port, ...login } = readAddress(options.url)
  const common: RedisOptions = {
    ...login,
    ...(options.url.startsWith('rediss:') ? { tls: tlsOptions(options) } : {}),
    lazyConnect: true,
    disableClientInfo: true,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    commandTimeout: options.commandTimeoutMs ?? COMMAND_TIMEOUT_MS,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    maxLoadingRetryTime: LOADING_RETRY_MS,
    keepAlive: KEEP_ALIVE_MS,
    // A primary that became a replica: its name may lead to the new primary.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  }
  const redis = new Redis({
    ...common,
    host,
    port,
    enableOfflineQueue: false,
    retryStrategy: reconnectAfterMs,
  })
  await untilReady(redis)
  if (!(await isCluster(redis))) return redis
  redis.disconnect()
  const cluster = new Cluster([{ host, port }], {
    redisOptions: common,
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: reconnectAfterMs,
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Commands that may have been done are not done again; names are left to certificates.
    retryDelayOnFailover: 0,
    dnsLookup: (name, found) => found(null, name),
  })
  await untilReady(cluster)
  return cluster
}

async function untilReady(redis: RedisClient): Promise<void> {
  // A lost connection is reported by the commands that fail for it; without a listener the library
  // prints.
  redis.on('error', (error: Error) => noteFailure(redis, error))
  redis.on('node error', (error: Error) => noteFailure(redis, error))
  try {
    await new Promise<void>((resolve, reject) => {
      redis.once('ready', resolve)
      redis.once('close', () => reject(new Error('Connection is closed.')))
      redis.connect().catch(() => {})
    })
  } catch (error) {
    redis.disconnect()
    throw redisError(redis, error)
  }
}

async function isCluster(redis: Redis): Promise<boolean> {
  try {
    return (await redis.info('cluster')).includes('cluster_enabled:1')
  } catch (error) {
    redis.disconnect()
    throw redisError(redis, error)
  }
}

/** The host of the URL is what the certificate must name. */
function tlsOptions(options: RedisConnectOptions): NonNullable<RedisOptions['tls']> {
  const { tlsCaFile = '', tlsCertFile = '', tlsKeyFile = '' } = options
  return {
    ...(tlsCaFile === '' ? {} : { ca: readPem(tlsCaFile) }),
    ...(tlsCertFile === '' ? {} : { cert: readPem(tlsCertFile) }),
    ...(tlsKeyFile === '' ? {} : { key: readPem(tlsKeyFile) }),
  }
}

function readPem(file: string): Buffer {
  try {
    return readFileSync(file)
  } catch (error) {
    throw new TributaryError('TRIBUTARY_CONFIG', `The file ${file} cannot be read.`, {
      cause: error,
      hint: 'TRIBUTARY_REDIS__TLS_CA_FILE, …CERT_FILE and …KEY_FILE name PEM files.',
    })
  }
}
