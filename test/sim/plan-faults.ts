// Which faults come in a run, and when.
import type { Draw } from '../logs/moves.ts'
import { pickWeighted } from '../logs/moves.ts'
import { PROBE_POINTS } from '../../src/ports/clock.ts'
import type {
  CallFault,
  CallName,
  CauseFault,
  PlannedFault,
  PlannedWorld,
  When,
  WorldFault,
} from './plan.ts'

export function planFaults(draw: Draw, world: PlannedWorld): PlannedFault[] {
  const faults = causes(draw, world)
  const count = draw(0, 9)
  for (let i = 0; i < count; i++) {
    faults.push(draw(0, 1) === 0 ? callFault(draw) : worldFault(draw, world))
  }
  return faults
}

function causes(draw: Draw, world: PlannedWorld): PlannedFault[] {
  if (draw(0, 39) === 0) return decisionAndRebuild(draw, world)
  if (draw(0, 3) > 0) return []
  const kind = CAUSES[draw(0, CAUSES.length - 1)]!
  const first = causeFault(draw, world, kind)
  const isOfLog = kind === 'recreated' || kind === 'trimmed-ahead'
  if (isOfLog || draw(0, 2) > 0) return [first]
  return [first, causeFault(draw, world, SECOND[draw(0, SECOND.length - 1)]!)]
}

/** What an operator has decided must hold in a lineage that is built anew from the log start. */
function decisionAndRebuild(draw: Draw, world: PlannedWorld): PlannedFault[] {
  const { horizonMs } = world
  const kind = draw(0, 1) === 0 ? 'undecodable' : 'more-partitions'
  const decided = causeFault(draw, { ...world, horizonMs: horizonMs / 2 }, kind)
  const rebuilt = causeFault(draw, world, 'other-settings')
  return [
    { ...decided, what: { ...decided.what, way: DECODABLE_AFTERWARDS } },
    { when: { atMs: horizonMs }, what: { ...rebuilt.what, way: REBUILD } },
  ]
}

const CALL_WEIGHTS: readonly (readonly [number, CallName])[] = [
  [2, 'redis.acquire'],
  [1, 'redis.create'],
  [2, 'redis.owner'],
  [2, 'redis.load'],
  [10, 'redis.commit'],
  [3, 'redis.forget'],
  [8, 'clickhouse.insert'],
  [3, 'clickhouse.read'],
  [2, 'clickhouse.lineage'],
  [2, 'clickhouse.progress'],
  [1, 'clickhouse.ask'],
  [4, 'kafka.read'],
  [2, 'kafka.ask'],
  [2, 'kafka.note'],
  [4, 'dlq.send'],
]

function callFault(draw: Draw): PlannedFault {
  const call = pickWeighted(CALL_WEIGHTS, draw(0, 9_999))
  return { when: { call, nth: nth(draw) }, what: whatOf(draw, call) }
}

/** Small numbers are more frequent: most calls are few. */
const nth = (draw: Draw): number => 1 + Math.floor(draw(0, 6) ** 2 / draw(1, 4))

function whatOf(draw: Draw, call: CallName): CallFault {
  const any: CallFault[] = [
    { kind: 'refused' },
    { kind: 'answer-lost' },
    { kind: 'lands-late', ms: draw(1, 1_500) },
    { kind: 'slow', ms: draw(1, draw(0, 3) === 0 ? 6_000 : 1_000) },
  ]
  if (call === 'clickhouse.insert') any.push({ kind: 'lied' }, { kind: 'lied' })
  if (call === 'kafka.read') any.push({ kind: 'jumped', offsets: draw(1, 4) }, { kind: 'hangs' })
  return any[draw(0, any.length - 1)]!
}

function worldFault(draw: Draw, world: PlannedWorld): PlannedFault {
  return { when: whenOf(draw, world), what: worldWhat(draw) }
}

function whenOf(draw: Draw, { horizonMs }: PlannedWorld): When {
  switch (draw(0, 2)) {
    case 0:
      return { atMs: draw(0, horizonMs) }
    case 1:
      return { call: pickWeighted(CALL_WEIGHTS, draw(0, 9_999)), nth: nth(draw) }
    default:
      return { point: PROBE_POINTS[draw(0, PROBE_POINTS.length - 1)]!, nth: nth(draw) }
  }
}

function worldWhat(draw: Draw): WorldFault {
  const slot = draw(0, 2)
  const restartMs = draw(50, 600)
  const kind = pickWeighted(
    [
      [5, 'kill'],
      [3, 'freeze'],
      [2, 'stop'],
      [4, 'rebalance'],
      [4, 'rewind'],
      [2, 'outage'],
      [1, 'insert-again'],
      [1, 'group-offset'],
      [1, 'trim'],
    ] as const,
    draw(0, 9_999),
  )
  switch (kind) {
    case 'kill':
    case 'stop':
      return { kind, slot, restartMs }
    case 'freeze':
      return { kind, slot, ms: draw(100, 3_000) }
    case 'rebalance':
      return { kind, toldAfterMs: [0, 1, 2].map(() => (draw(0, 1) === 0 ? 0 : draw(1, 2_000))) }
    case 'rewind':
      return { kind, writes: draw(1, 6) }
    case 'outage':
      return {
        kind,
        service: (['redis', 'clickhouse', 'kafka', 'dlq'] as const)[draw(0, 3)]!,
        ms: draw(100, 2_000),
      }
    case 'insert-again':
      return { kind, back: draw(0, 20) }
    case 'group-offset':
      return { kind, partition: slot, offset: draw(0, 80) }
    case 'trim':
      return { kind, partition: slot }
  }
}

interface PlannedCause {
  readonly when: When
  readonly what: CauseFault
}

const CAUSES = [
  'state-wiped',
  'state-torn',
  'other-settings',
  'other-cluster',
  'other-group',
  'more-partitions',
  'compacted',
  'create-time',
  'evicting',
  'trimmed-ahead',
  'recreated',
  'record-ahead',
  'undecodable',
  'undecodable',
] as const

/** Ways on: see operator.ts. */
const DECODABLE_AFTERWARDS = 4
const REBUILD = 1

/** Those that meet a state, or a decision, that a halt before has left. */
const SECOND = ['state-wiped', 'other-settings', 'undecodable', 'more-partitions'] as const

function causeFault(
  draw: Draw,
  { horizonMs }: PlannedWorld,
  kind: CauseFault['kind'],
): PlannedCause {
  const what = { kind, partition: draw(0, 2), amount: draw(0, 999), way: draw(0, 5) }
  return { when: { atMs: draw(0, horizonMs) }, what }
}
