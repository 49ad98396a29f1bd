// Precedence and "every mistake at once" over any mix of settings and sources.
import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { Document } from 'yaml'
import { KEYS } from '../../src/config/keys.ts'
import { loadConfig, loadGiven } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/mistakes.ts'
import { temporaryFile } from './temporary-file.ts'

/** Three valid values and a wrong one, of settings that no rule ties to another. */
const SAMPLES: Record<string, { valid: [string, string, string]; wrong: string }> = {
  'kafka.brokers': { valid: ['a:1', 'b:2,c:3', '[::1]:9092'], wrong: 'a' },
  'kafka.topic': { valid: ['a', 'b.c', 'd-1'], wrong: 'a b' },
  'redis.url': { valid: ['redis://a', 'rediss://b:1', 'redis://u:p@c/2'], wrong: 'http://a' },
  'clickhouse.url': { valid: ['http://a', 'https://b:1', 'http://c:8123'], wrong: 'clickhouse' },
  'http.port': { valid: ['0', '80', '65535'], wrong: '65536' },
  halt: { valid: ['exit', 'partition', 'exit'], wrong: 'never' },
  tick_idle: { valid: ['1s', '2h', '3d'], wrong: '10' },
  lateness: { valid: ['0ms', '1h', '30d'], wrong: '7 days' },
  credit_scope: { valid: ['path', 'lookback', 'path'], wrong: 'all' },
  journey_events_max: { valid: ['1', '16000', '77'], wrong: '16001' },
  path_touchpoints_max: { valid: ['1', '32000', '5'], wrong: '32001' },
  dimension_values_max: { valid: ['1', '60000', '9'], wrong: '0' },
  direct_channels: { valid: ['a', '[]', 'b,c'], wrong: '[1]' },
  touch_actions: { valid: ['default', 'view', 'a,b'], wrong: '["",2]' },
  goals: {
    valid: ['{}', '{"purchase":{}}', '{"lead":{"actions":["a"]}}'],
    wrong: '{"lead":{"closes":1}}',
  },
}

const names = fc.uniqueArray(fc.constantFrom(...Object.keys(SAMPLES)))
const variableOf = (name: string) => KEYS.find((key) => key.name === name)?.variable ?? ''
/** The third sample of each setting, as a file holds them. */
function fileOf(given: readonly string[]): string {
  const document = new Document({})
  for (const name of given) document.setIn(name.split('.'), value(name, 2))
  return document.toString()
}

const value = (name: string, index: number) => SAMPLES[name]?.valid[index] ?? ''

test.prop([names, names, names], { numRuns: 50 })(
  'takes each setting from the flag, else the environment, else the file',
  (inFlags, inEnv, inFile) => {
    const file = temporaryFile('t.yaml', fileOf(inFile))
    const env = Object.fromEntries(inEnv.map((name) => [variableOf(name), value(name, 1)]))
    const flags = inFlags.map((key) => ({ option: `--${key}`, key, value: value(key, 0) }))
    const { values } = loadGiven({ flags, env, file })
    for (const name of Object.keys(SAMPLES)) {
      const expected = inFlags.includes(name)
        ? value(name, 0)
        : inEnv.includes(name)
          ? value(name, 1)
          : inFile.includes(name)
            ? value(name, 2)
            : undefined
      expect(values.get(name)?.value).toBe(expected)
    }
  },
)

test.prop([fc.uniqueArray(fc.constantFrom(...Object.keys(SAMPLES)), { minLength: 1 })])(
  'reports every wrong variable, each in one line that names it',
  (wrong) => {
    const env = Object.fromEntries(wrong.map((name) => [variableOf(name), SAMPLES[name]?.wrong]))
    try {
      loadConfig({ env })
      expect.unreachable()
    } catch (error) {
      expect(error).toBeInstanceOf(ConfigError)
      const { mistakes, exitCode } = error as ConfigError
      expect(exitCode).toBe(78)
      const found = new Set(mistakes.map(({ where }) => where.split(':')[0]))
      expect(found).toEqual(new Set(wrong.map(variableOf)))
    }
  },
)

test.prop([names, fc.integer({ min: 0, max: 2 })])('accepts what is right', (given, index) => {
  const env = Object.fromEntries(given.map((name) => [variableOf(name), value(name, index)]))
  expect(Object.isFrozen(loadConfig({ env }).settings.goals)).toBe(true)
})
