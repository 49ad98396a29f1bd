// A decision noted in the state itself: a commit that covers no record and changes the meta alone.
import { TributaryError } from '../../ports/errors.ts'
import type { PartitionMeta, StateStore } from '../../ports/state-store.ts'
import { takenMeanwhile } from './context.ts'

const EMPTY = { bytes: new Uint8Array(), ends: new Int32Array() }

/**
 * Throws Fenced where a worker has taken the partition meanwhile, TRIBUTARY_HALTED for a state that
 * is torn: a commit would make it look whole. Nothing was written then.
 */
export async function noteDecision(
  store: StateStore,
  token: string,
  meta: PartitionMeta,
): Promise<void> {
  if (meta.isTorn === true) {
    const message = 'only a part of the last commit is in the store'
    throw new TributaryError('TRIBUTARY_HALTED', message, { hint: '`tributary admin rebuild`.' })
  }
  const result = await store.commit({
    token,
    from: meta.next,
    meta,
    persons: new Uint8Array(),
    journeys: EMPTY,
    dictionary: [],
    dueAppended: [],
    dueDropped: [],
    ledger: [],
  })
  if (result === 'committed') return
  throw takenMeanwhile()
}
