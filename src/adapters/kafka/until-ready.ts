// Brokers learn of what is new a moment later: until they have, they answer with these errors.
import { protocolTypeOf } from './errors.ts'

/** A broker tells of a new topic before it leads all of its partitions: 100 take it a second. */
export const LEADER_NOT_YET = ['LEADER_NOT_AVAILABLE', 'NOT_LEADER_FOR_PARTITION']
export const TOPIC_NOT_YET = ['UNKNOWN_TOPIC_OR_PARTITION', ...LEADER_NOT_YET]
/** A new cluster makes the topic of groups when it is first asked for one. */
export const GROUP_NOT_YET = [
  'GROUP_LOAD_IN_PROGRESS',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'NOT_COORDINATOR_FOR_GROUP',
]
const READY_MAX_MS = 10_000
const READY_EVERY_MS = 100

/** Asks again while the answer is one of those errors, for `maxMs`, and then throws it. */
export async function untilReady<T>(
  notYet: readonly string[],
  ask: () => Promise<T>,
  maxMs = READY_MAX_MS,
): Promise<T> {
  // By the clock: where a partition has no leader kafkajs itself asks for some seconds.
  for (const end = performance.now() + maxMs; ;) {
    try {
      return await ask()
    } catch (error) {
      if (performance.now() >= end || !notYet.includes(protocolTypeOf(error))) throw error
      await new Promise((done) => setTimeout(done, READY_EVERY_MS))
    }
  }
}
