// What a seed decides: which faults, how often, and that they are shared out.
import { expect, it } from 'vitest'
import { PROBE_POINTS } from '../../src/ports/clock.ts'
import { FAIL_POINTS, FAIL_POINT_NAMES } from './fail-points.ts'
import { parseOptions } from './options.ts'
import { OUTAGE_NAMES, planFaults } from './schedule.ts'

const FULL = { kills: 300, rewinds: 60, outages: 60, rebalances: 60, zombies: 30 }

const counted = <T>(list: readonly T[]): Map<T, number> => {
  const counts = new Map<T, number>()
  for (const one of list) counts.set(one, (counts.get(one) ?? 0) + 1)
  return counts
}

it('is the same for the same seed, and another for another', () => {
  expect(planFaults(7, FULL)).toEqual(planFaults(7, FULL))
  expect(planFaults(7, FULL)).not.toEqual(planFaults(8, FULL))
})

it('hits each fail-point twenty times in the full run', () => {
  const hits = counted(planFaults(1, FULL).kills.map(({ at }) => at))
  expect(new Set(hits.keys())).toEqual(new Set(FAIL_POINT_NAMES))
  expect(Math.min(...hits.values())).toBeGreaterThanOrEqual(20)
})

it('has a fail-point for every point of the protocol', () => {
  expect(Object.values(FAIL_POINTS).flat().toSorted()).toEqual(PROBE_POINTS.toSorted())
})

it('has each service fail in each of its ways, and as often as was asked', () => {
  const services = counted(planFaults(1, FULL).services)
  expect(services.get('redis rewound')).toBe(60)
  const outages = OUTAGE_NAMES.map((name) => services.get(name) ?? 0)
  expect(outages.reduce((sum, count) => sum + count, 0)).toBe(60)
  expect(Math.min(...outages)).toBeGreaterThanOrEqual(4)
  expect(services.get('audit')).toBeGreaterThanOrEqual(10)
  expect(counted(planFaults(1, FULL).members)).toEqual(
    new Map([
      ['rebalance', 60],
      ['zombie', 30],
    ]),
  )
})

it('has three outages hit three services', () => {
  const { services } = planFaults(5, { ...FULL, rewinds: 0, outages: 3 })
  const outages = services.filter((fault) => fault !== 'audit')
  const names = outages.map((fault) => fault.split(' ')[0])
  expect(new Set(names)).toEqual(new Set(['redis', 'clickhouse', 'broker']))
})

it('reads what it is told, and refuses what it does not understand', () => {
  const options = parseOptions(['--kills', '300', '--seed', '5', '--json', '--no-halts'])
  expect(options).toMatchObject({ seed: 5, json: true, halts: false })
  expect(options.amounts).toEqual({ kills: 300, rewinds: 3, outages: 3, rebalances: 3, zombies: 3 })
  expect(() => parseOptions(['--kills', '-1'])).toThrow('--kills')
  expect(() => parseOptions(['--kills', 'many'])).toThrow('--kills is no number: many')
  expect(() => parseOptions(['--kill', '1'])).toThrow('--kill')
})
