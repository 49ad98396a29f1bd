// The configuration as the program uses it: plain frozen data, camelCase, durations in
// milliseconds.
import type { Settings } from '../core/settings.ts'
import type { ConfigInput } from './schema.ts'

export interface Config {
  readonly kafka: {
    readonly brokers: readonly string[]
    readonly topic: string
    readonly group: string
    readonly dlq: string
    readonly partitioner: 'murmur2' | 'crc32' | 'none'
    readonly start: 'earliest' | 'latest'
    readonly allowCreateTime: boolean
    readonly sessionTimeoutMs: number
    readonly tls: boolean
    /** Paths; '': not given. */
    readonly tlsCaFile: string
    readonly tlsCertFile: string
    readonly tlsKeyFile: string
    /** '': no login. */
    readonly saslMechanism: '' | 'plain' | 'scram-sha-256' | 'scram-sha-512' | 'oauthbearer'
    readonly username: string
    readonly password: string
    readonly oauthTokenFile: string
  }
  readonly redis: {
    readonly url: string
    /** Paths; '': not given. */
    readonly tlsCaFile: string
    readonly tlsCertFile: string
    readonly tlsKeyFile: string
  }
  readonly clickhouse: {
    readonly url: string
    readonly database: string
    readonly user: string
    readonly password: string
    /** '': the authorities that Node.js trusts. */
    readonly tlsCaFile: string
    /** '': a single server. */
    readonly cluster: string
  }
  readonly http: { readonly host: string; readonly port: number }
  readonly ticks: boolean
  readonly tickIdleMs: number
  readonly halt: 'partition' | 'exit'
  readonly batchInflatedBytesMax: number
  readonly flushIntervalMs: number
  readonly recheckIntervalMs: number
  readonly stallTimeoutMs: number
  readonly stopTimeoutMs: number
  readonly unflushedRowsMax: number
  readonly cachedJourneysMax: number
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  /** What published numbers depend on; fingerprinted with the state. */
  readonly settings: Settings
}

export function toConfig(input: ConfigInput): Config {
  const { kafka, redis, clickhouse, http } = input
  return deepFreeze({
    kafka: {
      brokers: kafka.brokers,
      topic: kafka.topic,
      group: kafka.group,
      dlq: kafka.dlq === '' ? `${kafka.topic}.dlq` : kafka.dlq,
      partitioner: kafka.partitioner,
      start: kafka.start,
      allowCreateTime: kafka.allow_create_time,
      sessionTimeoutMs: kafka.session_timeout,
      tls: kafka.tls,
      tlsCaFile: kafka.tls_ca_file,
      tlsCertFile: kafka.tls_cert_file,
      tlsKeyFile: kafka.tls_key_file,
      saslMechanism: kafka.sasl_mechanism,
      username: kafka.username,
      password: kafka.password,
      oauthTokenFile: kafka.oauth_token_file,
    },
    redis: toRedis(redis),
    clickhouse: toClickHouse(clickhouse),
    http,
    ticks: input.ticks,
    tickIdleMs: input.tick_idle,
    halt: input.halt,
    batchInflatedBytesMax: input.batch_inflated_bytes_max,
    flushIntervalMs: input.flush_interval,
    recheckIntervalMs: input.recheck_interval,
    stallTimeoutMs: input.stall_timeout,
    stopTimeoutMs: input.stop_timeout,
    unflushedRowsMax: input.unflushed_rows_max,
    cachedJourneysMax: input.cached_journeys_max,
    logLevel: input.log_level,
    settings: toSettings(input),
  })
}

function toRedis(input: ConfigInput['redis']): Config['redis'] {
  return {
    url: input.url,
    tlsCaFile: input.tls_ca_file,
    tlsCertFile: input.tls_cert_file,
    tlsKeyFile: input.tls_key_file,
  }
}

function toClickHouse(input: ConfigInput['clickhouse']): Config['clickhouse'] {
  const { tls_ca_file: tlsCaFile, ...rest } = input
  return { ...rest, tlsCaFile }
}

function toSettings(input: ConfigInput): Settings {
  return {
    latenessMs: input.lateness,
    inactivityGapMs: input.inactivity_gap,
    touchpointGapMs: input.touchpoint_gap,
    lookbackMs: input.lookback,
    transactionWindowMs: input.transaction_window,
    halfLifeMs: input.half_life,
    creditScope: input.credit_scope,
    pathTouchpointsMax: input.path_touchpoints_max,
    journeyEventsMax: input.journey_events_max,
    dimensionValuesMax: input.dimension_values_max,
    goals: input.goals,
    touchActions: input.touch_actions,
    directChannels: input.direct_channels,
  }
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value)
    for (const inner of Object.values(value)) deepFreeze(inner)
  }
  return value
}
