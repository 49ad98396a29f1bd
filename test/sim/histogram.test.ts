import { expect, it } from 'vitest'
import { histogram } from './histogram.ts'

it('what came about is told by kind, the most frequent first, in lines that fit', () => {
  const counts = {
    kill: 7,
    'lands-late': 1_234,
    'halt would_evict': 2,
    'cause evicting': 3,
    commits: 1_000_000,
    'records applied': 5,
    fenced: 2,
  }
  expect(histogram(counts).split('\n')).toEqual([
    'faults      lands-late 1,234, kill 7',
    'causes      evicting 3',
    'halts       would_evict 2',
    'records     applied 5',
    'workers     commits 1,000,000, fenced 2',
  ])
  const many = Array.from({ length: 60 }, (_, i) => [`fault-${i}`, 60 - i] as const)
  const lines = histogram(Object.fromEntries(many)).split('\n')
  expect(lines.length).toBeGreaterThan(5)
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(100)
  expect(lines.join(' ').match(/fault-\d+/g)).toEqual(many.map(([name]) => name))
})
