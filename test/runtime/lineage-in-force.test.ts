// A Redis from before an operator's decision: may its state go on?
import { expect, it } from 'vitest'
import type { LineageRow } from '../../src/ports/ledger-sink.ts'
import { isReplaced } from '../../src/runtime/lineage-in-force.ts'
import { lineageOf } from '../../src/schema/lineage.ts'

const CLUSTER = 'c'
const place = { topic: 't', partition: 3 }

/** The row of the lineage that is begun when there are `earlier` ones. */
const row = (
  earlier: number,
  baseOffset: number,
  status: LineageRow['status'],
  topicId = 'first',
): LineageRow => ({
  ...place,
  lineage: lineageOf({ clusterId: CLUSTER, ...place, topicId, baseOffset, earlier }),
  baseOffset,
  status,
  reason: '',
})
const meta = ({ lineage }: LineageRow) => ({ lineage, clusterId: CLUSTER })

it('goes on where it is the only lineage, or not known yet', () => {
  const first = row(0, 0, 'active')
  expect(isReplaced(meta(first), [first])).toBe(false)
  expect(isReplaced(meta(first), [])).toBe(false)
})

it('is replaced when a rebuild has taken its place, whatever the order of the rows', () => {
  const [old, rebuilt] = [row(0, 0, 'retired'), row(1, 0, 'active')]
  expect(isReplaced(meta(old), [old, rebuilt])).toBe(true)
  expect(isReplaced(meta(old), [rebuilt, old])).toBe(true)
  expect(isReplaced(meta(rebuilt), [old, rebuilt])).toBe(false)
})

it('is replaced when another was begun beside it, which goes on from where it ended', () => {
  const [old, beside] = [row(0, 0, 'active'), row(1, 700, 'active')]
  expect(isReplaced(meta(old), [old, beside])).toBe(true)
  expect(isReplaced(meta(beside), [old, beside])).toBe(false)
})

it('goes on while the one that is to replace it is being built', () => {
  const [old, building] = [row(0, 0, 'active'), row(1, 0, 'building')]
  expect(isReplaced(meta(old), [old, building])).toBe(false)
  expect(isReplaced(meta(building), [old, building])).toBe(false)
})

it('is replaced by one of the topic as it was created anew, or of brokers with other ids', () => {
  for (const [before, after] of [
    ['first', 'second'],
    ['', 'first'],
    ['first', ''],
  ] as const) {
    const [old, beside] = [row(0, 0, 'active', before), row(1, 0, 'active', after)]
    expect(isReplaced(meta(old), [old, beside])).toBe(true)
    expect(isReplaced(meta(beside), [old, beside])).toBe(false)
  }
})

it('has another name where the topic was created anew before anybody knew of it', () => {
  const names = ['first', 'second', ''].map((id) => row(0, 0, 'active', id).lineage)
  expect(new Set(names).size).toBe(3)
})
