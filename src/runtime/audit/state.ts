// What is compared beside the rows: counts, times, names and the lineage's place among others.
import { KINDS } from '../../core/dictionary.ts'
import type { LedgerSink } from '../../ports/ledger-sink.ts'
import type { SourceRecord } from '../../ports/record-source.ts'
import { recordFingerprint } from '../../schema/lineage.ts'
import { isReplaced } from '../lineage-in-force.ts'
import type { AuditDifference, Values } from './judge.ts'
import type { Replay } from './replay.ts'
import type { Snapshot } from './snapshot.ts'

export const stateDifference = (
  partition: number,
  row: string,
  values: Values,
): AuditDifference => ({ partition, table: 'state', row, ...values })

/** What Redis says of itself against what is in it. */
export function storedState(partition: number, snapshot: Snapshot): AuditDifference[] {
  const { before, after, dictionary, journeysCounted } = snapshot
  const differences: AuditDifference[] = []
  if (journeysCounted !== null && journeysCounted !== after.journeys) {
    const redis = `${journeysCounted} in the buckets, ${after.journeys} in the meta`
    differences.push(stateDifference(partition, 'journeys', { redis }))
  }
  const entries = dictionary.length
  if (entries < before.dictionary || entries > after.dictionary) {
    const redis = `${entries} in the hash, ${after.dictionary} in the meta`
    differences.push(stateDifference(partition, 'dictionary entries', { redis }))
  }
  return differences
}

/** What is published of a lineage has a lineage that can be summed. */
export async function lineageState(
  { topic, partition, ledger }: StatePlace,
  { after, progress }: Snapshot,
): Promise<AuditDifference[]> {
  if (progress === null) return []
  const rows = await ledger.lineages(topic, partition)
  const found = rows.find(({ lineage }) => lineage === after.lineage)
  const expected = after.activeAt > 0 ? ['building', 'active'] : ['active']
  const isOurs = found !== undefined && expected.includes(found.status)
  if (isOurs && !isReplaced(after, rows)) return []
  const held = isOurs ? 'replaced by a newer one' : (found?.status ?? null)
  const values = { redis: expected.join(' or '), clickhouse: held }
  return [stateDifference(partition, `lineage ${after.lineage}`, values)]
}

export interface StatePlace {
  readonly topic: string
  readonly partition: number
  readonly ledger: Pick<LedgerSink, 'lineages'>
}

/** Redis's meta and dictionary against the replay's, both at the same position. */
export function replayedState(
  partition: number,
  snapshot: Snapshot,
  { replay, last }: { readonly replay: Replay; readonly last: SourceRecord | null },
): AuditDifference[] {
  const { after } = snapshot
  const made = replay.partition
  const pairs = [
    ['journeys', after.journeys, made.journeysHeld],
    ['journeys begun', after.journeysBegun, made.journeysBegun],
    ['dictionary entries', after.dictionary, made.dictionary.size],
    ['stream time, ms', after.streamTimeMs, made.streamTimeMs],
    ['last record', after.lastRecord, last === null ? '' : recordFingerprint(last)],
  ] as const
  const differences = pairs
    .filter(([, stored, expected]) => stored !== expected)
    .map(([row, stored, expected]) =>
      stateDifference(partition, row, { redis: String(stored), replay: String(expected) }),
    )
  for (const { kind, id, value } of snapshot.dictionary) {
    const expected = made.dictionary.name(kind, id) as string | undefined
    if (expected === value) continue
    const row = `${KINDS[kind] ?? 'kind'} ${id} of the dictionary`
    differences.push(stateDifference(partition, row, { redis: value, replay: expected ?? null }))
  }
  return differences
}
