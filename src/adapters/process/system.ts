// Time, delay and chance of a real process, and the probe that does nothing: what production gives
// the runtime.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Probe, Random } from '../../ports/clock.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms) => delay(ms),
}

/**
 * For records of files, whose times no clock can judge: a replay of next year's data is no mistake.
 */
export const timelessClock: Clock = { ...systemClock, now: () => Number.MAX_SAFE_INTEGER / 2 }

export const systemRandom: Random = { token: (length) => randomBytes(length).toString('hex') }

export const noProbe: Probe = { at: () => undefined }
