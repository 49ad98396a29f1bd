// Records that every reader of the contract refuses, each with the reason that it must be refused
// for. The scale of bad input is tested elsewhere; here it flows among good records through faults.
import { partitionOf } from '../../src/schema/partitioners.ts'

export interface Poison {
  readonly reason: string
  readonly key: string | null
  readonly value: Buffer | null
  readonly partition: number
}

const EVENT = {
  event_id: 'poison',
  user_hash: 'poisoner',
  timestamp: '2003-01-01T00:00:00Z',
  channel: 'email',
  action_type: 'view',
}
const json = (changes: object): Buffer => Buffer.from(JSON.stringify({ ...EVENT, ...changes }))

const KINDS: readonly Omit<Poison, 'partition'>[] = [
  { reason: 'invalid_json', key: 'poisoner', value: Buffer.from('{') },
  { reason: 'invalid_json', key: null, value: null },
  { reason: 'invalid_json', key: 'poisoner', value: Buffer.from([0x22, 0xff, 0x22]) },
  { reason: 'invalid_json', key: 'poisoner', value: Buffer.from('[]') },
  { reason: 'invalid_event_id', key: 'poisoner', value: json({ event_id: '' }) },
  { reason: 'invalid_timestamp', key: 'poisoner', value: json({ timestamp: '17' }) },
  { reason: 'invalid_metadata', key: 'poisoner', value: json({ metadata: 'none' }) },
  { reason: 'reserved_channel', key: 'poisoner', value: json({ channel: '(null)' }) },
  { reason: 'raw_identifier', key: 'a@b.example', value: json({ user_hash: 'a@b.example' }) },
  { reason: 'key_mismatch', key: 'another', value: json({}) },
  { reason: 'wrong_partition', key: 'poisoner', value: json({}) },
]

/** One of them, by number; it goes to the partition of its key, but for the last kind. */
export function poisonOf(number: number, partitions: number): Poison {
  const kind = KINDS[number % KINDS.length]!
  const home = partitionOf(Buffer.from(kind.key ?? 'nobody'), 'murmur2', partitions)
  const partition = kind.reason === 'wrong_partition' ? (home + 1) % partitions : home
  return { ...kind, partition }
}
