import { expect, it } from 'vitest'
import fc from 'fast-check'
import { MinHeap } from '../../src/core/min-heap.ts'

type Pair = readonly [key: number, value: number]

const byKeyThenValue = (a: Pair, b: Pair): number => a[0] - b[0] || a[1] - b[1]

it('has the smallest pair on top, by key, then by value, whatever was pushed and popped before', () => {
  const pair = fc.tuple(fc.nat(20), fc.nat(20))
  // null pops; more pushes than pops, so that the heap grows.
  const steps = fc.array(fc.oneof({ weight: 2, arbitrary: pair }, fc.constant(null)), {
    maxLength: 200,
  })
  fc.assert(
    fc.property(steps, (list) => {
      const heap = new MinHeap()
      let model: Pair[] = []
      for (const step of list) {
        if (step !== null) {
          heap.push(...step)
          model = [...model, step].sort(byKeyThenValue)
        } else if (model.length > 0) {
          heap.pop()
          model = model.slice(1)
        }
        expect(heap.size).toBe(model.length)
        if (model.length > 0) expect([heap.key, heap.value]).toEqual(model[0])
      }
    }),
  )
})
