// The only sources of time, delay and chance in `src/runtime`, so that one seed can decide a whole
// run.

export interface Clock {
  /** Epoch ms. */
  now(): number
  /** Resolves after `ms`, or as soon as the signal aborts; never rejects. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>
}

export interface Random {
  /** `length` random bytes as lower-case hex. */
  token(length: number): string
}

/**
 * Named points of the protocol; does nothing in production, injects faults in simulation and chaos.
 */
export interface Probe {
  at(point: string): void | Promise<void>
}
