// The only sources of time, delay and chance in `src/runtime`, so that one seed can decide a whole
// run.

export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
  /** Calls `run` after `ms`, unless what it answers is called before. */
  after(ms: number, run: () => void): () => void
}

export interface Random {
  /** `length` random bytes as lower-case hex. */
  token(length: number): string
}

/** The points of the protocol at which a fault can be injected, in the order of a record's life. */
export const PROBE_POINTS = [
  // The group has told what is ours; nothing has been let go or taken over yet, and after it.
  'assign',
  'assigned',
  // Before the owner token is written; after it; all that is needed is in memory.
  'acquire',
  'owned',
  'acquired',
  // Before the first read after an acquire.
  'seek',
  'read',
  'read-done',
  'judge',
  'judged',
  'dead-letters',
  'dead-letters-sent',
  // Before a commit is sent; on its way; answered.
  'commit',
  'commit-sent',
  'committed',
  // A snapshot has been taken; an insert is about to be sent, on its way, has landed; what has
  // landed is noted; how far all has landed is noted in the ledger.
  'snapshot',
  'insert',
  'insert-sent',
  'inserted',
  'cleared',
  'claimed',
  'verify',
  'verified',
  'forget',
  'forgotten',
  // A stop was asked for; nothing is read any more; all is flushed; the group has been left.
  'stop',
  'drained',
  'flushed',
  'left',
] as const
export type ProbePoint = (typeof PROBE_POINTS)[number]

/** Does nothing in production; injects faults in simulation and chaos. */
export interface Probe {
  at(point: ProbePoint): void | Promise<void>
}
