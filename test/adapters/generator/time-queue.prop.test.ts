import { fc, test } from '@fast-check/vitest'
import { expect } from 'vitest'
import { createTimeQueue } from '../../../src/adapters/generator/time-queue.ts'

/** Times to push; null takes one out. */
const steps = fc.array(fc.option(fc.integer({ min: 0, max: 30 }), { freq: 3 }), { maxLength: 400 })

test.prop([steps])('gives items by time, equal times in the order they were planned', (moves) => {
  const queue = createTimeQueue<number>()
  let model: { timeMs: number; item: number }[] = []
  for (const [item, timeMs] of moves.entries()) {
    if (timeMs !== null) {
      queue.push(timeMs, item)
      model.push({ timeMs, item })
    } else {
      const [first, ...rest] = model.toSorted((a, b) => a.timeMs - b.timeMs)
      model = rest
      expect(queue.firstMs()).toBe(first?.timeMs ?? Infinity)
      expect(queue.shift()).toBe(first?.item)
    }
  }
})

test('holds more items than it was made for', () => {
  const queue = createTimeQueue<number>()
  const times = Array.from({ length: 5000 }, (_, number) => (number * 7919) % 5000)
  for (const timeMs of times) queue.push(timeMs, timeMs)
  expect(times.map(() => queue.shift())).toEqual(times.toSorted((a, b) => a - b))
  expect(queue.shift()).toBeUndefined()
})
