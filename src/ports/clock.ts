// The only sources of time, delay and chance in `src/runtime`, so that one seed can decide a whole
// run.

export interface Clock {
  /** Epoch ms. */
  now(): number
  sleep(ms: number): Promise<void>
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
