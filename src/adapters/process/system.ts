// Time, delay and chance of a real process, and the probe that does nothing: what production gives
// the runtime.
import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { Clock, Probe, Random } from '../../ports/clock.ts'
import type { TopicFacts } from '../../ports/record-source.ts'
import type { Telemetry } from '../../ports/telemetry.ts'

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) => delay(ms, undefined, { signal }).catch(() => undefined),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}

/**
 * For records of files, whose times no clock can judge: a replay of next year's data is no mistake.
 */
export const timelessClock: Clock = { ...systemClock, now: () => Number.MAX_SAFE_INTEGER / 2 }

export const systemRandom: Random = { token: (length) => randomBytes(length).toString('hex') }

export const noProbe: Probe = { at: () => undefined }

/** Nobody watches: commands that end by themselves report in their own words. */
export const noTelemetry: Telemetry = {
  log: () => undefined,
  outcomes: () => undefined,
  count: () => undefined,
  inFlight: () => undefined,
  sold: () => undefined,
  took: () => undefined,
}

/** Of files and generators, which have no cluster, no keys and no partitions. */
export const FILE_FACTS: TopicFacts = {
  clusterId: 'file',
  topicId: '',
  partitions: 0,
  isCompacted: false,
  isCreateTime: false,
}
