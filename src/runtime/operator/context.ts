// What an operator's command needs of one partition: its state, its ledger and its log. A dry run
// looks at the state without becoming its owner, so that it disturbs no worker; an execution takes
// the ownership first, so that no worker writes beside it.
import type { RecordSource } from '../../ports/record-source.ts'
import type { PartitionMeta } from '../../ports/state-store.ts'
import { Fenced } from '../halt.ts'
import type { PartitionOptions } from '../partition-options.ts'

export interface OperatorContext {
  readonly options: PartitionOptions
  readonly source: Pick<RecordSource, 'facts' | 'bounds' | 'end' | 'read'>
  /** false: only say what would be done. */
  readonly isExecuted: boolean
}

/** The state as it is found; `token` is '' in a dry run. */
export interface Found {
  readonly token: string
  readonly meta: PartitionMeta | null
}

export async function lookAt({ options, isExecuted }: OperatorContext): Promise<Found> {
  const { store, random } = options
  if (!isExecuted) return { token: '', meta: (await store.owner()).meta }
  const token = random.token(16)
  return { token, meta: await store.acquire(token) }
}

/** What an execution ends with whose write was fenced off. */
export const takenMeanwhile = (): Fenced =>
  new Fenced('a worker took the partition meanwhile, or Redis has started anew; repeat')
