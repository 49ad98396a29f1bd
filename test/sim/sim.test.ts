// The simulation itself: that a seed is a run, that a plan may be shrunk, and that every halt can
// be brought about. What it finds, and that all its faults come, is seen by command.test.ts.
import { describe, expect, it } from 'vitest'
import type { HALT_REASONS } from '../../src/runtime/halt.ts'
import { planOf } from './plan.ts'
import type { Plan } from './plan.ts'
import { runPlan } from './run-plan.ts'

/** A run of the seed in which the only fault is the one. */
const planWith = (seed: number, kind: string): Plan => {
  const plan = planOf(seed)
  const amount = seed % 2 === 0 ? 8 : 59
  const what = { kind, partition: 0, amount, way: seed } as Plan['faults'][number]['what']
  return { ...plan, faults: [{ when: { atMs: 900 }, what }] }
}

describe('the simulation', () => {
  it('runs a seed twice to the last step alike, and another seed otherwise', async () => {
    const hashes = new Set<string>()
    for (let seed = 0; seed < 20; seed++) {
      const first = await runPlan(planOf(seed))
      const second = await runPlan(JSON.parse(JSON.stringify(planOf(seed))) as Plan, {
        trace: true,
      })
      expect(second.hash, `seed ${seed}`).toBe(first.hash)
      expect(second.trace.length).toBeGreaterThan(10)
      hashes.add(first.hash)
    }
    expect(hashes.size).toBe(20)
  }, 60_000)

  it('means the same by what is left when records and faults are left out', async () => {
    for (let seed = 0; seed < 30; seed++) {
      const plan = planOf(seed)
      const records = plan.records.filter((_, i) => i % 2 === 0)
      const faults = plan.faults.filter((_, i) => i % 2 === 1)
      const verdict = await runPlan({ ...plan, records, faults })
      expect(verdict.failure, `seed ${seed}`).toBeNull()
    }
  }, 60_000)
})

const CAUSES: Readonly<Record<(typeof HALT_REASONS)[number], string>> = {
  state_missing: 'state-wiped',
  state_incomplete: 'state-torn',
  settings_changed: 'other-settings',
  another_cluster: 'other-cluster',
  another_group: 'other-group',
  partition_count_changed: 'more-partitions',
  compacted_topic: 'compacted',
  create_time: 'create-time',
  would_evict: 'evicting',
  before_log_start: 'trimmed-ahead',
  beyond_log_end: 'recreated',
  record_differs: 'recreated',
  clock_ahead: 'record-ahead',
  undecodable_batch: 'undecodable',
}

describe('every halt comes about, and goes on by the operator’s way:', () => {
  it.each(Object.entries(CAUSES))('%s', async (reason, kind) => {
    let halts = 0
    for (let seed = 0; seed < 12 && halts === 0; seed++) {
      const { failure, counts } = await runPlan(planWith(seed, kind))
      expect(failure, `seed ${seed}`).toBeNull()
      halts += counts[`halt ${reason}`] ?? 0
    }
    expect(halts).toBeGreaterThan(0)
  })
})
