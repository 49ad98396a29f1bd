// What a run is made from: plain data, drawn from one seed. Records and faults are two lists whose
// items mean the same by themselves, so that a failing plan can be shrunk by leaving items out: a
// fault refers to a moment or to the n-th call of a kind, never to another item.
import type { ProbePoint } from '../../src/ports/clock.ts'
import { createDraw } from '../logs/moves.ts'
import { planFaults } from './plan-faults.ts'
import { planRecords } from './plan-records.ts'
import { planWorld } from './plan-world.ts'

export interface PlannedWorld {
  readonly partitions: number
  readonly workers: number
  /** How many are produced, ticks at the end not counted. */
  readonly records: number
  /** The kind of settings: see sim-settings.ts. */
  readonly settings: number
  /** The clock of all processes at the start, epoch ms: behind the time of every record. */
  readonly startMs: number
  /** When faults stop, in ms after the start. */
  readonly horizonMs: number
  /** Of one read. */
  readonly readMax: number
  /** Per mille of calls that take time at all, and how much at most. */
  readonly slowPerMille: number
  readonly slowMs: number
  /** After so long without a sign of life the group takes a member for dead. */
  readonly sessionMs: number
  readonly flushEveryMs: number
  readonly commitJourneysMax: number
  readonly unflushedRowsMax: number
  readonly cachedJourneysMax: number
  readonly hasTicks: boolean
  /** Brokers before Kafka 3.1 name no topic ids. */
  readonly hasTopicIds: boolean
  readonly onHalt: 'partition' | 'exit'
}

export interface PlannedRecord {
  /** When it is produced, in ms after the start. */
  readonly atMs: number
  /** Record time, epoch ms. */
  readonly timeMs: number
  readonly key: string | null
  readonly value: string | null
  /** Partitions beside the one its key belongs to; without a key beside the first. */
  readonly beside: number
  /** Offsets before and behind it that no reader sees. */
  readonly gapBefore: number
  readonly gap: number
  readonly isTick: boolean
}

export const CALLS = [
  'redis.acquire',
  'redis.create',
  'redis.owner',
  'redis.load',
  'redis.commit',
  'redis.forget',
  'clickhouse.insert',
  'clickhouse.read',
  'clickhouse.lineage',
  'clickhouse.progress',
  'clickhouse.ask',
  'kafka.read',
  'kafka.ask',
  'kafka.note',
  'dlq.send',
] as const
export type CallName = (typeof CALLS)[number]
export type ServiceName = 'redis' | 'clickhouse' | 'kafka' | 'dlq'

/** At a moment (ms after the start), or before the n-th call or passing of a point, from 1. */
export type When =
  | { readonly atMs: number }
  | { readonly call: CallName; readonly nth: number }
  | { readonly point: ProbePoint; readonly nth: number }

/** What becomes of the call that it comes with. */
export type CallFault =
  /** An error, and nothing was done. */
  | { readonly kind: 'refused' }
  /** It was done, and the answer is an error. */
  | { readonly kind: 'answer-lost' }
  /** An error now; it is done later all the same. */
  | { readonly kind: 'lands-late'; readonly ms: number }
  | { readonly kind: 'slow'; readonly ms: number }
  /** Acknowledged and not done. */
  | { readonly kind: 'lied' }
  /** Never answered. */
  | { readonly kind: 'hangs' }
  /** Answered from a later offset than asked for. */
  | { readonly kind: 'jumped'; readonly offsets: number }

/** What happens to the world; `slot`: which worker, where it is not the one that comes by. */
export type WorldFault =
  | { readonly kind: 'kill'; readonly slot: number; readonly restartMs: number }
  | { readonly kind: 'freeze'; readonly slot: number; readonly ms: number }
  | { readonly kind: 'stop'; readonly slot: number; readonly restartMs: number }
  | { readonly kind: 'rebalance'; readonly toldAfterMs: readonly number[] }
  | { readonly kind: 'rewind'; readonly writes: number }
  | { readonly kind: 'outage'; readonly service: ServiceName; readonly ms: number }
  | { readonly kind: 'insert-again'; readonly back: number }
  | { readonly kind: 'group-offset'; readonly partition: number; readonly offset: number }
  | { readonly kind: 'trim'; readonly partition: number }

/**
 * What must make partitions halt, and how the operator goes on (`way`: one of those there are).
 * A topic is created anew under running workers where `partition` is 0 and it has an id.
 */
export type CauseFault = {
  readonly kind:
    | 'state-wiped'
    | 'state-torn'
    | 'other-settings'
    | 'other-cluster'
    | 'other-group'
    | 'more-partitions'
    | 'compacted'
    | 'create-time'
    | 'evicting'
    | 'trimmed-ahead'
    | 'recreated'
    | 'record-ahead'
    | 'undecodable'
  readonly partition: number
  readonly amount: number
  readonly way: number
}

export type What = CallFault | WorldFault | CauseFault

export interface PlannedFault {
  readonly when: When
  readonly what: What
}

export interface Plan {
  readonly seed: number
  readonly world: PlannedWorld
  readonly records: readonly PlannedRecord[]
  readonly faults: readonly PlannedFault[]
}

export function planOf(seed: number): Plan {
  const draw = createDraw(seed)
  const world = planWorld(draw)
  const records = planRecords(draw, world)
  return { seed, world, records, faults: planFaults(draw, world) }
}
