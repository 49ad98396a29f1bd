// Records for a topic, drawn from one seed: events, what is left of events that were broken, and
// events with a wrong key, place, header or size.
import fc from 'fast-check'
import { Partitioners } from 'kafkajs'
import { createDraws, spread } from '../../src/adapters/generator/random.ts'
import type { Draws } from '../../src/adapters/generator/random.ts'
import { TICK_HEADER } from '../../src/ports/tick-sink.ts'
import { wireEvent } from '../schema/wire-events.ts'
import { breakBytes, nested, strangeJson } from './broken-bytes.ts'
import { drawEvent } from './drawn-events.ts'
import type { Crowd, Wire } from './drawn-events.ts'
import { ODD_TEXTS } from './odd-texts.ts'

export interface DrawnRecord {
  readonly partition: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly (readonly [string, Buffer | null])[]
}

export interface RecordDraws {
  /** A record of a moment, epoch ms. */
  next(nowMs: number): DrawnRecord
}

const KINDS = spread({
  event: 46,
  edges: 20,
  broken: 14,
  strange: 8,
  misplaced: 5,
  headers: 4,
  empty: 2,
  tick: 1,
})
/** One record in so many is of a MB or more. */
const HUGE_EVERY = 1_500
const SAMPLES = 1_000
const MB = 1_048_576

const partitioner = Partitioners.DefaultPartitioner()
/** kafkajs' hash is slow, and most keys come again. */
const placesKnown = new Map<string, number>()

/** Where kafkajs would put the key. */
export function partitionOfKey(key: Buffer, partitions: number): number {
  const name = `${partitions} ${key.toString('latin1')}`
  const known = placesKnown.get(name)
  if (known !== undefined) return known
  const partitionMetadata = Array.from({ length: partitions }, (_, partitionId) => ({
    partitionId,
    leader: 1,
    partitionErrorCode: 0,
    replicas: [1],
    isr: [1],
  }))
  const place = partitioner({ topic: '', partitionMetadata, message: { key, value: null } })
  placesKnown.set(name, place)
  return place
}

/** @param persons so many are known by a hash */
export function drawRecords(seed: number, persons: number, partitions: number): RecordDraws {
  const draws = createDraws(seed)
  let ids = 0
  const crowd: Crowd = { persons, nextId: () => `${seed}-${ids++}` }
  const edges = drawEdges(draws, crowd)
  const maker = { draws, crowd, partitions, edges }
  return { next: (nowMs) => drawRecord(maker, nowMs) }
}

interface Maker {
  readonly draws: Draws
  readonly crowd: Crowd
  readonly partitions: number
  /** Events in which many fields are at their limits, as the parser's own tests have them. */
  readonly edges: Generator<Wire, never>
}

function drawRecord(maker: Maker, nowMs: number): DrawnRecord {
  const { draws, crowd, partitions } = maker
  const wire = drawEvent(draws, crowd, nowMs)
  if (draws.below(HUGE_EVERY) === 0) return huge(maker, wire)
  switch (draws.pick(KINDS)) {
    case 'event':
      return placed(maker, wire)
    case 'edges': {
      const one = maker.edges.next().value
      // The times of those lie on one day of their own.
      const { timestamp } = wire
      return placed(maker, draws.chance(700_000) ? { ...one, timestamp } : one)
    }
    case 'broken':
      return { ...placed(maker, wire), value: breakBytes(draws, bytesOf(wire)) }
    case 'strange':
      return { ...placed(maker, wire), value: Buffer.from(strangeJson(draws, wire)) }
    case 'misplaced':
      return misplaced(maker, wire)
    case 'headers':
      return { ...placed(maker, wire), headers: oddHeaders(draws) }
    case 'empty':
      return { ...placed(maker, wire), value: draws.pick([null, Buffer.of()]) }
    case 'tick': {
      const value = draws.pick([null, Buffer.of()])
      const headers = [[TICK_HEADER, draws.pick([null, Buffer.from('1')])]] as const
      return { partition: draws.below(partitions), key: null, value, headers }
    }
  }
}

const bytesOf = (wire: Wire): Buffer => Buffer.from(JSON.stringify(wire))

/** Under its person's key, where that key belongs; whatever has no person, anywhere. */
function placed({ draws, partitions }: Maker, wire: Wire): DrawnRecord {
  const person = wire['user_hash']
  const key = typeof person === 'string' ? Buffer.from(person) : Buffer.from('nobody')
  const isRight = !draws.chance(5_000)
  const partition = isRight ? partitionOfKey(key, partitions) : draws.below(partitions)
  return { partition, key, value: bytesOf(wire), headers: [] }
}

function misplaced(maker: Maker, wire: Wire): DrawnRecord {
  const { draws, partitions } = maker
  const record = placed(maker, wire)
  const text = String(wire['user_hash'])
  const keys = [
    null,
    Buffer.of(),
    Buffer.from(`${text} `),
    Buffer.from(text.slice(1)),
    Buffer.from(text, 'utf16le'),
    Buffer.from(text.toUpperCase()),
    Buffer.from(text.normalize('NFD')),
    Buffer.from([0xff, 0xfe, 0]),
    Buffer.from(draws.pick(ODD_TEXTS)),
  ]
  const key = draws.chance(500_000) ? draws.pick(keys) : record.key
  return { ...record, key, partition: draws.below(partitions) }
}

/** Names and values that somebody may take for his own. */
function oddHeaders(draws: Draws): DrawnRecord['headers'] {
  const names = [
    [TICK_HEADER, 'tributary.reason', 'tributary.timestamp', '__connect.errors.offset'],
    ['tributary.value.length', 'tributary.key.sha256', '', ...ODD_TEXTS],
  ].flat()
  const values = [null, Buffer.of(), Buffer.from('1'), Buffer.from([0xff, 0]), Buffer.alloc(3_000)]
  const count = draws.chance(20_000) ? 2_000 : draws.between(1, 4)
  return Array.from({ length: count }, () => [draws.pick(names), draws.pick(values)] as const)
}

function huge(maker: Maker, wire: Wire): DrawnRecord {
  const { draws } = maker
  const record = placed(maker, wire)
  const size = draws.pick([MB - 1, MB, MB + 1, 3 * MB])
  const text = JSON.stringify(wire)
  const withField = (name: string, value: string) =>
    Buffer.from(`${text.slice(0, -1)},${JSON.stringify(name)}:${value}}`)
  const makes: readonly (() => Partial<DrawnRecord>)[] = [
    () => ({ key: Buffer.alloc(size, 'k') }),
    () => ({ key: Buffer.alloc(size, 'k'), value: Buffer.alloc(size, 'v') }),
    () => ({ key: Buffer.concat([record.key!, Buffer.alloc(size)]), value: Buffer.of() }),
    () => ({ value: withField('unknown', JSON.stringify('u'.repeat(size))) }),
    () => ({ value: withField('metadata', JSON.stringify({ pad: 'p'.repeat(size) })) }),
    () => ({ value: withField('event_id', JSON.stringify('i'.repeat(size))) }),
    () => ({ value: withField('unknown', `[${'0,'.repeat(size >> 1)}0]`) }),
    () => ({ value: withField('unknown', nested(draws, size >> 1)) }),
    () => ({ value: Buffer.concat([Buffer.alloc(size, ' '), Buffer.from(text)]) }),
    () => ({ value: Buffer.alloc(size) }),
    () => ({ value: Buffer.of(), headers: [['large', Buffer.alloc(size)]] }),
  ]
  return { ...record, ...draws.pick(makes)() }
}

function* drawEdges(draws: Draws, crowd: Crowd): Generator<Wire, never> {
  for (;;) {
    const seed = draws.below(2 ** 31)
    for (const wire of fc.sample(wireEvent(5), { seed, numRuns: SAMPLES })) {
      // Ids from a pool of eight would nearly all be duplicates.
      yield draws.chance(600_000) ? { ...wire, event_id: crowd.nextId() } : wire
    }
  }
}
