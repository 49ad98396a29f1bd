// Plain code may name a reason only where the contract names the same one.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { isFlatAndSmall } from '../../src/schema/flat-object.ts'
import { refusalOf } from '../../src/schema/refusal.ts'
import { refuseEvent } from '../../src/schema/refuse-event.ts'
import { wireEvent } from './wire-events.ts'

it('gives the reason of the contract, or none', { timeout: 60_000 }, () => {
  const reasons = new Set<string>()
  fc.assert(
    fc.property(fc.constantFrom(2, 4, 10).chain(wireEvent), (wire) => {
      fc.pre(isFlatAndSmall(wire))
      const reason = refuseEvent(wire)
      if (reason !== null) reasons.add(reason)
      expect(reason).toBe(refusalOf(wire)?.reason ?? null)
    }),
    { numRuns: 10_000 },
  )
  expect(reasons.size).toBe(11)
})
