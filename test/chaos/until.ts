// Waiting for something that must come about.
import { setTimeout as sleep } from 'node:timers/promises'

const POLL_MS = 100
const WITHIN_MS = 120_000

/** @throws Error that says what has not come about in two minutes */
export async function until(
  what: string,
  hasHappened: () => boolean | Promise<boolean>,
): Promise<void> {
  const deadline = Date.now() + WITHIN_MS
  while (!(await hasHappened())) {
    if (Date.now() > deadline) throw new Error(`not within ${WITHIN_MS / 1_000} s: ${what}`)
    await sleep(POLL_MS)
  }
}
