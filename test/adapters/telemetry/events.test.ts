// The catalogue of log events against what the code logs.
import { expect, it } from 'vitest'
import { PROCESS_EVENTS, WORKER_EVENTS } from '../../../src/adapters/telemetry/events.ts'
import { LOG_EVENTS } from '../../../src/ports/telemetry.ts'
import { filesIn } from '../../house/repository.ts'

const CATALOGUE = { ...PROCESS_EVENTS, ...WORKER_EVENTS }
const LISTS = new Set(['src/ports/telemetry.ts', 'src/adapters/telemetry/events.ts'])
const code = filesIn('src', '.ts').filter(({ name }) => !LISTS.has(name))

/** Every call that names its event, with its level; calls may go over several lines. */
const logged = code.flatMap(({ text }) =>
  [...text.matchAll(/\blog\(\s*'(debug|info|warn|error)',\s*'(\w+)'/g)].map(([, level, event]) => ({
    level,
    event,
  })),
)

it('has every event that is logged, with its level', () => {
  expect(logged.length).toBeGreaterThan(20)
  for (const { level, event } of logged) {
    expect({ event, level: CATALOGUE[event as keyof typeof CATALOGUE]?.level }).toEqual({
      event,
      level,
    })
  }
})

it('has no event that nothing logs', () => {
  const unused = Object.keys(CATALOGUE).filter(
    (event) => !code.some(({ text }) => text.includes(`'${event}'`)),
  )
  expect(unused).toEqual([])
  expect(Object.keys(WORKER_EVENTS)).toEqual([...LOG_EVENTS])
})

it('says in a sentence what each means', () => {
  for (const { meaning } of Object.values(CATALOGUE)) expect(meaning).toMatch(/^[A-Z].*\.$/)
})
