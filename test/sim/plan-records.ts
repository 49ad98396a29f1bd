// The records of a run: a generated log as producers write it, with values that are refused for
// every kind of reason among them, spread over the time in which faults happen.
import { generateLog } from '../logs/build-log.ts'
import type { Draw } from '../logs/moves.ts'
import { pick } from '../logs/moves.ts'
import { toWire } from '../logs/to-wire.ts'
import type { LogRecord } from '../oracle/log.ts'
import type { PlannedRecord, PlannedWorld } from './plan.ts'
import { settingsOfKind } from './sim-settings.ts'

export function planRecords(draw: Draw, world: PlannedWorld): PlannedRecord[] {
  const settings = settingsOfKind(world.settings)
  const log = generateLog(draw(0, 999_999_999), {
    settings,
    records: { min: world.records, max: world.records },
    persons: draw(1, 3) + world.partitions,
    endTicks: draw(0, 3) === 0 ? 2 : 0,
  })
  const spreadMs = pick([0, 0.5, 0.9], draw(0, 2)) * world.horizonMs
  return log.map((record, i) => {
    const atMs = Math.floor((spreadMs * i) / log.length)
    const gap = draw(0, 11) === 0 ? draw(1, 4) : 0
    const gapBefore = draw(0, 9) === 0 ? draw(1, 3) : 0
    return { atMs, timeMs: record.timeMs, gapBefore, gap, ...contentOf(draw, record) }
  })
}

type Content = Pick<PlannedRecord, 'key' | 'value' | 'beside' | 'isTick'>

function contentOf(draw: Draw, record: LogRecord): Content {
  if (record.kind === 'tick') return { key: null, value: null, beside: draw(0, 2), isTick: true }
  if (record.kind === 'rejected') {
    const { key, value } = refusedContent(draw, record.timeMs)
    return { key, value, beside: 0, isTick: false }
  }
  const { userHash } = record.event
  const value = JSON.stringify(toWire(record.event), withoutBlanks)
  const isMisplaced = draw(0, 39) === 0
  return { key: userHash, value, beside: isMisplaced ? draw(1, 2) : 0, isTick: false }
}

/** Values that are refused, each for another reason. */
function refusedContent(draw: Draw, timeMs: number): Pick<Content, 'key' | 'value'> {
  const key = `person-${draw(0, 7)}`
  const event = {
    event_id: `refused-${draw(0, 999_999)}`,
    user_hash: key,
    timestamp: timeMs,
    channel: 'email',
    action_type: 'view',
  }
  const text = (changes: object): string => JSON.stringify({ ...event, ...changes })
  const choices: readonly (() => Pick<Content, 'key' | 'value'>)[] = [
    () => ({ key, value: '{' }),
    () => ({ key, value: null }),
    () => ({ key: null, value: text({}) }),
    () => ({ key: 'somebody-else', value: text({}) }),
    () => ({ key, value: text({ channel: '(other)' }) }),
    () => ({ key, value: text({ timestamp: 'yesterday' }) }),
    () => ({ key, value: text({ action_type: 'purchase', metadata: { value: '1.5' } }) }),
    () => ({ key, value: text({ metadata: { note: 'x'.repeat(17_000) } }) }),
    () => ({ key: 'a@b.cd', value: text({ user_hash: 'a@b.cd' }) }),
  ]
  return choices[draw(0, choices.length - 1)]!()
}

/** Most producers leave out what they do not know. */
const withoutBlanks = (_: string, value: unknown): unknown => (value === '' ? undefined : value)
