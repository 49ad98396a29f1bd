import { expect, it } from 'vitest'
import { loadConfig, type ConfigSources } from '../../src/config/load.ts'
import type { ConfigError } from '../../src/config/mistakes.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import { DEFAULT_TIMINGS } from '../../src/runtime/worker-options.ts'
import { temporaryFile } from './temporary-file.ts'

/** The mistakes of a configuration, as lines. */
function mistakes(sources: ConfigSources): string[] {
  try {
    loadConfig({ env: {}, ...sources })
    return []
  } catch (error) {
    return (error as ConfigError).mistakes.map(({ where, what }) => `${where}: ${what}`)
  }
}

it('gives the defaults of the core when nothing is set', () => {
  expect(loadConfig({ env: {} }).settings).toEqual(DEFAULT_SETTINGS)
})

it('gives the defaults of the runtime when nothing is set', () => {
  const config = loadConfig({ env: {} })
  const { flushEveryMs, recheckEveryMs, stallMs, tickIdleMs } = DEFAULT_TIMINGS
  expect(config).toMatchObject({
    flushIntervalMs: flushEveryMs,
    recheckIntervalMs: recheckEveryMs,
    stallTimeoutMs: stallMs,
    tickIdleMs,
    unflushedRowsMax: DEFAULT_LIMITS.unflushedRowsMax,
    cachedJourneysMax: DEFAULT_LIMITS.cachedJourneysMax,
  })
})

it('names the dead-letter topic after the topic unless told otherwise', () => {
  const dlq = (env: Record<string, string>) => loadConfig({ env }).kafka.dlq
  expect(dlq({ TRIBUTARY_KAFKA__TOPIC: 'clicks' })).toBe('clicks.dlq')
  expect(dlq({ TRIBUTARY_KAFKA__TOPIC: 'clicks', TRIBUTARY_KAFKA__DLQ: 'bad' })).toBe('bad')
  expect(mistakes({ env: { TRIBUTARY_KAFKA__DLQ: 'events' } })).toEqual([
    'TRIBUTARY_KAFKA__DLQ: must not be the topic of events itself',
  ])
})

it('takes an empty variable for one that is not set', () => {
  expect(loadConfig({ env: { TRIBUTARY_LATENESS: '' } })).toEqual(loadConfig({ env: {} }))
})

it('leaves variables of others alone and refuses unknown ones of its own, with the nearest name', () => {
  const env = { HOME: '/', TRIBUTARY_KAFKA__BROKER: 'a:1', TRIBUTARY_X: '' }
  expect(mistakes({ env })).toEqual([
    'TRIBUTARY_KAFKA__BROKER: unknown setting; did you mean TRIBUTARY_KAFKA__BROKERS?',
    'TRIBUTARY_X: unknown setting',
  ])
})

it('checks the rules between settings even when others are wrong', () => {
  const env = {
    TRIBUTARY_HTTP__PORT: 'x',
    TRIBUTARY_TICKS: 'true',
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_TOUCHPOINT_GAP: '31d',
  }
  expect(mistakes({ env })).toEqual([
    'TRIBUTARY_HTTP__PORT: expected an integer from 0 to 65,535, got "x"',
    expect.stringMatching(/^TRIBUTARY_TICKS: cannot be true together with kafka.allow_create_time/),
    'TRIBUTARY_TOUCHPOINT_GAP: must not be longer than inactivity_gap',
  ])
})

it('reads a secret from a file, trimmed, and refuses it given twice', () => {
  const file = temporaryFile('password', ' s3cret\n')
  const env = { TRIBUTARY_CLICKHOUSE__PASSWORD_FILE: file }
  expect(loadConfig({ env }).clickhouse.password).toBe('s3cret')
  expect(mistakes({ env: { ...env, TRIBUTARY_CLICKHOUSE__PASSWORD: 'x' } })).toEqual([
    'TRIBUTARY_CLICKHOUSE__PASSWORD_FILE: given beside TRIBUTARY_CLICKHOUSE__PASSWORD; keep one',
  ])
  expect(mistakes({ env: { TRIBUTARY_CLICKHOUSE__PASSWORD_FILE: `${file}x` } })).toEqual([
    `TRIBUTARY_CLICKHOUSE__PASSWORD_FILE: cannot read ${file}x: there is no such file`,
  ])
})

const logins: [Record<string, string>, string[]][] = [
  [{ SASL_MECHANISM: 'SCRAM-SHA-512', USERNAME: 'u', PASSWORD: 'p' }, []],
  [{ SASL_MECHANISM: 'oauthbearer', OAUTH_TOKEN_FILE: 'token' }, []],
  [{ TLS: 'true', TLS_CA_FILE: 'ca', TLS_CERT_FILE: 'cert', TLS_KEY_FILE: 'key' }, []],
  [{ SASL_MECHANISM: 'plain' }, ['USERNAME: is missing', 'PASSWORD: is missing']],
  [{ USERNAME: 'u', PASSWORD: 'p' }, ['USERNAME: means nothing', 'PASSWORD: means nothing']],
  [{ SASL_MECHANISM: 'oauthbearer' }, ['OAUTH_TOKEN_FILE: is missing']],
  [{ OAUTH_TOKEN_FILE: 'token' }, ['OAUTH_TOKEN_FILE: means nothing']],
  [
    { TLS_CA_FILE: 'ca', TLS_CERT_FILE: 'cert', TLS: 'false' },
    [
      'TLS_CA_FILE: means nothing without kafka.tls: true',
      'TLS_CERT_FILE: means nothing without kafka.tls: true',
    ],
  ],
  [{ TLS: 'true', TLS_KEY_FILE: 'key' }, ['TLS_CERT_FILE: is missing']],
  [
    { SASL_MECHANISM: 'gssapi', TLS: 'true', TLS_KEY_FILE: 'key', USERNAME: 'u' },
    [
      'SASL_MECHANISM: expected plain or scram-sha-256 or scram-sha-512 or oauthbearer, got',
      'TLS_CERT_FILE: is missing',
    ],
  ],
]
it.each(logins)('checks what belongs together in a login to Kafka: %j', (given, expected) => {
  const prefix = 'TRIBUTARY_KAFKA__'
  const entries = Object.entries(given).map(([name, value]) => [prefix + name, value])
  const found = mistakes({ env: Object.fromEntries(entries) as Record<string, string> })
  const wanted = expected.map((text): unknown => expect.stringContaining(prefix + text))
  expect(found).toEqual(wanted)
})

it('never shows the value of a secret, not even a wrong one', () => {
  expect(mistakes({ env: { TRIBUTARY_REDIS__URL: 'http://u:hunter2@h' } }).join()).not.toContain(
    'hunter2',
  )
})

it('reads YAML and JSON files alike', () => {
  const yaml = 'lateness: 1d\nkafka:\n  brokers: [a:1, b:2]\ngoals:\n  lead: { closes: true }\n'
  const json =
    '{"lateness":"1d","kafka":{"brokers":["a:1","b:2"]},"goals":{"lead":{"closes":true}}}'
  const config = loadConfig({ env: {}, file: temporaryFile('t.yaml', yaml) })
  expect(loadConfig({ env: {}, file: temporaryFile('t.json', json) })).toEqual(config)
  expect(config.kafka.brokers).toEqual(['a:1', 'b:2'])
  expect(config.settings.latenessMs).toBe(86_400_000)
})

it('points at the place in the file for every mistake', () => {
  const file = temporaryFile('t.yaml', 'latenes: 1d\nkafka: 3\nhttp: {port: x}\nlookback: 30\n')
  expect(mistakes({ file })).toEqual([
    `${file}: latenes: unknown setting; did you mean lateness?`,
    `${file}: kafka: expected settings by name, like \`lateness: 7d\``,
    `${file}: http.port: expected an integer from 0 to 65,535, got "x"`,
    expect.stringMatching(/: lookback: expected a duration .*, got 30$/),
  ])
  const broken = temporaryFile('t.yaml', 'a: [1\n')
  expect(mistakes({ file: broken })[0]).toMatch(/is not YAML or JSON: .* at line 2/)
  expect(mistakes({ file: `${broken}x` })).toEqual([
    `${broken}x: cannot be read: there is no such file`,
  ])
})

it.each([
  ['a,b', ['a', 'b']],
  [' a , b c ', ['a', 'b c']],
  ['["a,b", "c"]', ['a,b', 'c']],
  ['[]', []],
  ['[a', ['[a']],
])('reads the list %j', (text, channels) => {
  const { settings } = loadConfig({ env: { TRIBUTARY_DIRECT_CHANNELS: text } })
  expect(settings.directChannels).toEqual(channels)
})

it.each(['["a", b]', '["a"', '[1]', 'a,,b'])('refuses the list %j', (text) => {
  expect(mistakes({ env: { TRIBUTARY_DIRECT_CHANNELS: text } })).toEqual([
    expect.stringMatching(/^TRIBUTARY_DIRECT_CHANNELS(: \d+)?: expected a list of channels/),
  ])
})
