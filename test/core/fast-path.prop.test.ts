// The fast path is nothing but speed: without it every row, version and byte is the same.
import { expect, it } from 'vitest'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { HEARTBEAT_ACTION, DEFAULT_SETTINGS, REFUND_ACTION } from '../../src/core/settings.ts'
import type { CoreRecord, Partition } from '../../src/core/partition.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { applyInMemory, inMemory, runCore, stateText } from './run-core.ts'

const LOGS = 300
const EVENTS = 20_000

/** Everything that a store or ClickHouse would get to see. */
function visible(partition: Partition): string {
  const due = partition.due.takeAppended().map(({ hour, persons }) => `${hour}: ${persons.join()}`)
  const changes = [due, partition.due.takeDropped(), partition.dictionary.takeAdded()]
  return `${stateText(partition)}\n${JSON.stringify(changes)}`
}

it(`gives the rows and bytes of the general path (${LOGS} logs)`, () => {
  let appended = 0
  for (let seed = 0; seed < LOGS; seed++) {
    const settings = settingsFor(seed)
    const log = generateLog(seed, { settings, endTicks: seed % 3 })
    const fast = runCore(log, settings)
    const general = runCore(log, settings, { usesFastPath: false })
    expect(fast.outcomes, `outcomes of seed ${seed}`).toEqual(general.outcomes)
    expect(visible(fast.partition), `seed ${seed}`).toBe(visible(general.partition))
    expect(general.partition.seen.appended).toBe(0)
    appended += fast.partition.seen.appended
  }
  expect(appended).toBeGreaterThan(10 * LOGS)
})

function isTouch({ content }: CoreRecord): boolean {
  if (typeof content === 'string') return false
  const goals = DEFAULT_SETTINGS.goals.flatMap((goal) => goal.actions)
  return ![...goals, REFUND_ACTION, HEARTBEAT_ACTION].includes(content.action)
}

it(`does so on ${EVENTS} events of the generator, and takes nine touches in ten`, () => {
  const parser = createRecordParser(DEFAULT_SETTINGS, {
    partitioner: 'none',
    counts: [{ fromOffset: 0, count: 1 }],
  })
  const fast = inMemory(DEFAULT_SETTINGS)
  const general = inMemory(DEFAULT_SETTINGS)
  general.usesFastPath = false
  let touches = 0
  let appended = 0
  let offset = 0
  for (const { timeMs, key, value } of createGenerator(generatorOptions({ events: EVENTS }))) {
    const content = parser.parse({ offset, key: Buffer.from(key), value: Buffer.from(value) }, 0)
    const record = { offset: offset++, timeMs, content }
    const before = fast.seen.appended
    const outcome = applyInMemory(fast, record)
    applyInMemory(general, record)
    if (outcome !== 'applied' || !isTouch(record)) continue
    touches++
    appended += fast.seen.appended - before
  }
  expect(visible(fast)).toBe(visible(general))
  expect(touches).toBeGreaterThan(EVENTS / 2)
  expect(appended / touches).toBeGreaterThan(0.9)
})
