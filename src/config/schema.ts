// The whole configuration as one zod schema: every key with its kind, default, bounds and meaning,
// and the rules between keys. Names are those of the file; `TRIBUTARY_` + upper case, `__` for a
// level, are those of the environment. Defaults of the core's settings come from the core, so they
// cannot drift.
import * as z from 'zod'
import { DEFAULT_SETTINGS } from '../core/settings.ts'
import { formatDuration } from './duration.ts'
import {
  duration,
  flag,
  integer,
  key,
  list,
  oneOf,
  optionalKey,
  text,
  url,
  whenFine,
} from './fields.ts'
import { goals } from './goals.ts'
import { kafkaSecurityKeys, withSecurityRules } from './kafka-security.ts'
import { redis } from './redis-keys.ts'
import { workerKeys } from './worker-keys.ts'

const HOST = /^(\[[0-9a-f:.]+\]|[\w.-]+):\d{1,5}$/i
const NAME = /^.{1,64}$/su
const topic = text(/^(?!\.{1,2}$)[\w.-]{1,249}$/, 'a topic name: 1 to 249 of letters, digits . _ -')
const word = text(/^\S{1,249}$/, 'a name without blanks')
const identifier = text(/^[A-Za-z_]\w{0,127}$/, 'an identifier: letters, digits and _')

const kafkaKeys = z.strictObject({
  brokers: key(list(HOST, 'addresses like host:9092, at least one', 1), '127.0.0.1:9092', {
    kind: 'list of host:port',
    description: 'Kafka brokers to start from, separated by commas.',
  }),
  topic: key(topic, 'events', { kind: 'topic', description: 'Topic of events to consume.' }),
  group: key(word, 'tributary', { kind: 'name', description: 'Consumer group of the workers.' }),
  dlq: optionalKey(topic, {
    kind: 'topic',
    defaultText: '<topic>.dlq',
    example: 'events.dlq',
    description: 'Dead-letter topic for rejected, late and overflow records.',
  }),
  partitioner: key(oneOf(['murmur2', 'crc32', 'none']), 'murmur2', {
    kind: 'murmur2, crc32 or none',
    description:
      'How producers choose a partition: murmur2 (Java, kafkajs), crc32 (librdkafka), none (not checked; distinct counts are then upper bounds).',
  }),
  start: key(oneOf(['earliest', 'latest']), 'earliest', {
    kind: 'earliest or latest',
    description: 'Where a partition starts that nobody has consumed yet.',
  }),
  allow_create_time: key(flag(), false, {
    kind: 'true or false',
    description:
      'Accept a topic whose record times come from producers (CreateTime), to backfill history. Not together with ticks.',
  }),
  session_timeout: key(duration(1_000), '10s', {
    kind: 'duration',
    description:
      'Without a heartbeat for so long a worker is taken for dead and its partitions go to others; at least what the brokers allow (group.min.session.timeout.ms).',
  }),
  ...kafkaSecurityKeys,
})
const kafka = withSecurityRules(kafkaKeys)

const clickhouse = z.strictObject({
  url: key(url(/^https?$/, 'an address like http://host:8123'), 'http://127.0.0.1:8123', {
    kind: 'URL',
    secret: 'url',
    description: 'HTTP interface of the ClickHouse that keeps the ledger.',
  }),
  database: key(identifier, 'tributary', {
    kind: 'identifier',
    description: 'Database of the ledger tables and views.',
  }),
  user: key(word, 'default', { kind: 'name', description: 'ClickHouse user.' }),
  password: optionalKey(z.string({ error: 'expected text' }), {
    kind: 'text',
    secret: true,
    description: 'Password of the ClickHouse user.',
  }),
  tls_ca_file: optionalKey(z.string({ error: 'expected a path' }), {
    kind: 'file',
    description:
      'Authorities that the certificate behind an https:// address is checked with (PEM); empty: the public ones.',
  }),
  cluster: optionalKey(identifier, {
    kind: 'identifier',
    example: 'main',
    description:
      'ClickHouse cluster; tables are then replicated and distributed. Empty: one server.',
  }),
})

const http = z.strictObject({
  host: key(word, '127.0.0.1', {
    kind: 'host',
    description: 'Address on which metrics and health are served.',
  }),
  port: key(integer(0, 65_535), 9464, {
    kind: 'port',
    description: 'Port of metrics and health; 0 takes a free one.',
  }),
})

const actions = 'default, or a list of actions of 1 to 64 characters'
const touchActions = z.union([z.literal('default'), list(NAME, actions)], {
  error: `expected ${actions}`,
})

/** A duration whose default is the core's. */
const coreDuration = (defaultMs: number, minMs: number, description: string) =>
  key(duration(minMs), formatDuration(defaultMs), { kind: 'duration', description })
/** A bound whose default is the core's. */
const coreMax = (fallback: number, max: number, description: string) =>
  key(integer(1, max), fallback, { kind: `integer, 1 to ${max}`, description })

const defaults = DEFAULT_SETTINGS
const settings = {
  lateness: coreDuration(
    defaults.latenessMs,
    0,
    'How far behind stream time an event may be; older ones are refused as late. Ids are remembered as long.',
  ),
  inactivity_gap: coreDuration(
    defaults.inactivityGapMs,
    1,
    'A path lapses when its last touch is older than this.',
  ),
  touchpoint_gap: coreDuration(
    defaults.touchpointGapMs,
    0,
    'Touches of one channel and campaign at most this far apart are one touchpoint. At most inactivity_gap.',
  ),
  lookback: coreDuration(
    defaults.lookbackMs,
    0,
    'How far before a conversion a touchpoint may begin and still earn credit.',
  ),
  transaction_window: coreDuration(
    defaults.transactionWindowMs,
    0,
    'Copies and refunds of a transaction are matched this long after its first event.',
  ),
  half_life: coreDuration(
    defaults.halfLifeMs,
    1,
    'Age at which a touchpoint weighs half in the time_decay model.',
  ),
  credit_scope: key(oneOf(['lookback', 'path']), defaults.creditScope, {
    kind: 'lookback or path',
    description:
      'Who earns credit: all touchpoints in the lookback, or only those of its own path.',
  }),
  path_touchpoints_max: coreMax(
    defaults.pathTouchpointsMax,
    32_000,
    'Touchpoints of a path; before one more, the path lapses.',
  ),
  journey_events_max: coreMax(
    defaults.journeyEventsMax,
    16_000,
    'Events a journey holds; further touches are refused (overflow), conversions at twice that number.',
  ),
  dimension_values_max: coreMax(
    defaults.dimensionValuesMax,
    60_000,
    'Distinct values of a dimension in a partition; further ones become (other).',
  ),
  touch_actions: key(touchActions, defaults.touchActions as 'default', {
    kind: 'default, or a list of actions',
    example: 'view,tag_click',
    description:
      'Actions that make touchpoints; default: all but conversions, refunds and heartbeat.',
  }),
  direct_channels: key(
    list(NAME, 'a list of channels of 1 to 64 characters'),
    defaults.directChannels.join(','),
    {
      kind: 'list of channels',
      description: 'Channels that last_non_direct passes over, compared exactly.',
    },
  ),
  goals,
}

export const configSchema = z
  .strictObject({
    kafka: kafka.prefault({}),
    redis: redis.prefault({}),
    clickhouse: clickhouse.prefault({}),
    http: http.prefault({}),
    ticks: key(flag(), false, {
      kind: 'true or false',
      description:
        'Append a tick to partitions idle for tick_idle, so that quiet partitions lapse too. Not together with kafka.allow_create_time.',
    }),
    tick_idle: key(duration(1000), '10m', {
      kind: 'duration',
      description: 'How long a partition is idle before it gets a tick.',
    }),
    halt: key(oneOf(['partition', 'exit']), 'partition', {
      kind: 'partition or exit',
      description:
        'When a partition halts: go on with the others until all have (partition), or end the process at the first (exit).',
    }),
    batch_inflated_bytes_max: key(integer(1_048_576, 1_073_741_824), 67_108_864, {
      kind: 'bytes',
      description: 'A record batch that inflates beyond this halts its partition.',
    }),
    ...workerKeys,
    ...settings,
  })
  .refine((config) => !(config.ticks && config.kafka.allow_create_time), {
    path: ['ticks'],
    error: 'cannot be true together with kafka.allow_create_time: ticks carry the broker’s time',
    when: whenFine('ticks', 'kafka.allow_create_time'),
  })
  .refine((config) => config.touchpoint_gap <= config.inactivity_gap, {
    path: ['touchpoint_gap'],
    error: 'must not be longer than inactivity_gap',
    when: whenFine('touchpoint_gap', 'inactivity_gap'),
  })
  .refine((config) => config.kafka.dlq !== config.kafka.topic, {
    path: ['kafka', 'dlq'],
    error: 'must not be the topic of events itself',
    when: whenFine('kafka.dlq', 'kafka.topic'),
  })

export type ConfigInput = z.output<typeof configSchema>
