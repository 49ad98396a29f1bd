// Sending one commit until it is known to have happened or not. Any error is ambiguous, so it is
// never taken for an answer: the owner and `next` are read again, token first.
import type { Commit } from '../ports/state-store.ts'
import { Fenced } from './halt.ts'
import type { PartitionOptions } from './partition-options.ts'
import { passing } from './passing.ts'

const RETRY_MIN_MS = 100
const RETRY_MAX_MS = 5_000

type Ports = Pick<PartitionOptions, 'store' | 'clock' | 'probe'> & {
  /** Aborts when nobody waits for the commit any more: it is given up at the next failure. */
  readonly signal: AbortSignal
}

/** Resolves when the commit has been applied exactly once; throws Fenced when it never will be. */
export async function sendCommit(ports: Ports, commit: Commit): Promise<void> {
  const { store, clock, probe, signal } = ports
  for (let wait = RETRY_MIN_MS; ; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
    let isAnswered = false
    try {
      await probe.at('commit')
      const result = await passing(probe, 'commit-sent', store.commit(commit))
      await probe.at('committed')
      if (result === 'committed') return
      isAnswered = true
    } catch {
      await clock.sleep(wait, signal)
    }
    const position = await askPosition(ports, commit)
    if (position === 'done') return
    // A store that refuses writes but answers questions would be asked for ever.
    if (position === 'lost' || signal.aborted) {
      throw new Fenced(`the commit from ${commit.from} was fenced off or given up`)
    }
    // Refused where nothing speaks against it, as while a cluster moves a slot: not at once again.
    if (isAnswered) await clock.sleep(wait, signal)
  }
}

/**
 * Whether the store stands at the commit's end, still at its start, or elsewhere; asks until told.
 */
async function askPosition(
  { store, clock, signal }: Ports,
  commit: Commit,
): Promise<'done' | 'pending' | 'lost'> {
  for (let wait = RETRY_MIN_MS; ; wait = Math.min(wait * 2, RETRY_MAX_MS)) {
    try {
      const { token, meta } = await store.owner()
      if (token !== commit.token || meta === null || meta.isTorn === true) return 'lost'
      if (meta.next === commit.meta.next) return 'done'
      return meta.next === commit.from ? 'pending' : 'lost'
    } catch {
      if (signal.aborted) return 'lost'
      await clock.sleep(wait, signal)
    }
  }
}
