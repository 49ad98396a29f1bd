// The generated documents are true: they are what the schema says, and what they say can be loaded.
import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { envExample, withSettingsTable } from '../../src/config/documents.ts'
import { effectiveValues, toYaml } from '../../src/config/effective.ts'
import { KEYS } from '../../src/config/keys.ts'
import { loadConfig } from '../../src/config/load.ts'
import { temporaryFile } from './temporary-file.ts'

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), 'utf8')

it('has committed what `config env` and `config table` write', () => {
  expect(read('.env.example')).toBe(envExample())
  const readme = read('src/config/README.md')
  expect(withSettingsTable(readme)).toBe(readme)
})

it('gives the defaults when every line of .env.example is set', () => {
  const lines = envExample().matchAll(/^# (TRIBUTARY_\w+)=(.*)$/gm)
  const env = Object.fromEntries([...lines].map(([, name = '', value = '']) => [name, value]))
  const secret = new Set(KEYS.map(({ variable }) => `${variable}_FILE`))
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !secret.has(name)))
  expect(Object.keys(own)).toEqual(KEYS.map(({ variable }) => variable))
  // The only examples that are no defaults: these have none.
  const none = { TRIBUTARY_CLICKHOUSE__CLUSTER: '', TRIBUTARY_CLICKHOUSE__TLS_CA_FILE: '' }
  expect(loadConfig({ env: { ...own, ...none } })).toEqual(loadConfig({ env: {} }))
})

it('describes every setting in a sentence', () => {
  for (const { meta, name } of KEYS) expect(meta.description, name).toMatch(/^[A-Z].*\.$/)
})

it('prints what can be loaded again, with the places where settings were given', () => {
  const env = {
    TRIBUTARY_LATENESS: '36h',
    TRIBUTARY_DIRECT_CHANNELS: 'a,b',
    TRIBUTARY_GOALS: '{"order":{"closes":true,"default":{"value":"5","currency":"JPY"}}}',
  }
  const yaml = toYaml(effectiveValues({ env }))
  expect(yaml).toContain('lateness: 36h # TRIBUTARY_LATENESS\n')
  const file = temporaryFile('printed.yaml', yaml)
  expect(loadConfig({ env: {}, file })).toEqual(loadConfig({ env }))
})

it('hides passwords when it prints', () => {
  const env = {
    TRIBUTARY_CLICKHOUSE__PASSWORD: 'hunter2',
    TRIBUTARY_REDIS__URL: 'redis://app:hunter2@cache:6379/1',
  }
  const yaml = toYaml(effectiveValues({ env }))
  expect(yaml).not.toContain('hunter2')
  expect(yaml).toContain('redis://app:***@cache:6379/1')
})
