// The meta hash: one field per property, and one per booked hour with rows and per hour with a due
// list in Redis, so that those keys are found without a scan of the key space.
import type { PartitionMeta } from '../../ports/state-store.ts'

export const OWNER_FIELD = 'owner'
/** What is stored for a token; it is worth nothing in another reign of the server (`info.ts`). */
export const ownerOf = (token: string, reign: string): string => `${token}@${reign}`
/** null: what is stored is of another reign, or nothing is. */
export function tokenOf(owner: string, reign: string): string | null {
  const end = ownerOf('', reign)
  return owner.endsWith(end) ? owner.slice(0, -end.length) : null
}
/** A commit begins with TORN and ends with WHOLE: it is there as a whole, or that can be seen. */
const WHOLE_FIELD = 'whole'
export const TORN = [WHOLE_FIELD, '0'] as const
export const WHOLE = [WHOLE_FIELD, '1'] as const
type HourKind = 'ledger' | 'due'

export const hourField = (kind: HourKind, hour: number): string => `${kind}:${hour}`

/** Field, value, field, value … */
export const encodeMeta = (meta: PartitionMeta): string[] =>
  Object.entries({
    next: String(meta.next),
    stream_time: String(meta.streamTimeMs),
    lineage: meta.lineage,
    generation: String(meta.generation),
    fingerprint: meta.fingerprint,
    base_offset: String(meta.baseOffset),
    due_from_hour: String(meta.dueFromHour),
    journeys: String(meta.journeys),
    journeys_begun: String(meta.journeysBegun),
    dictionary: String(meta.dictionary),
    last_record: meta.lastRecord,
    cluster_id: meta.clusterId,
    group: meta.group,
    topic_id: meta.topicId,
    partition_counts: meta.partitionCounts,
    skips: meta.skips,
    goals: meta.goals,
    active_at: String(meta.activeAt),
  }).flat()

/** null: somebody may own the partition, but it has no state. */
export function decodeMeta(fields: Readonly<Record<string, string>>): PartitionMeta | null {
  if (fields['next'] === undefined) return null
  return {
    next: Number(fields['next']),
    streamTimeMs: Number(fields['stream_time']),
    lineage: fields['lineage'] ?? '',
    generation: Number(fields['generation']),
    fingerprint: fields['fingerprint'] ?? '',
    baseOffset: Number(fields['base_offset']),
    dueFromHour: Number(fields['due_from_hour']),
    journeys: Number(fields['journeys']),
    journeysBegun: Number(fields['journeys_begun']),
    dictionary: Number(fields['dictionary']),
    lastRecord: fields['last_record'] ?? '',
    clusterId: fields['cluster_id'] ?? '',
    group: fields['group'] ?? '',
    topicId: fields['topic_id'] ?? '',
    partitionCounts: fields['partition_counts'] ?? '',
    skips: fields['skips'] ?? '',
    goals: fields['goals'] ?? '[]',
    activeAt: Number(fields['active_at']),
    ...(fields[WHOLE_FIELD] === TORN[1] ? { isTorn: true } : {}),
  }
}

/** The hours of that kind that have a key, oldest first. */
export const hoursOf = (kind: HourKind, fields: readonly string[]): number[] =>
  fields
    .filter((field) => field.startsWith(`${kind}:`))
    .map((field) => Number(field.slice(kind.length + 1)))
    .toSorted((a, b) => a - b)
