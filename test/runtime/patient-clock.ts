// A clock for those who never wait: every sleep is over at once, and no time ever runs out.
import type { Clock } from '../../src/ports/clock.ts'

export const patientClock = (now: () => number): Clock => ({
  now,
  sleep: () => Promise.resolve(),
  after: () => () => undefined,
})
