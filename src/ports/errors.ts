// Operational faults and what the process exits with. Vendor errors are translated to these in the
// adapters only; expected per-record results are values (`Outcome`), never errors.

export const EXIT = {
  ok: 0,
  unexpected: 1,
  usage: 2,
  badData: 65,
  unavailable: 69,
  halted: 70,
  config: 78,
  interrupted: 130,
} as const

/** Error codes with the exit code of a process that such an error ends. */
export const ERROR_CODES = {
  TRIBUTARY_USAGE: EXIT.usage,
  TRIBUTARY_CONFIG: EXIT.config,
  TRIBUTARY_BAD_DATA: EXIT.badData,
  TRIBUTARY_CLICKHOUSE_UNAVAILABLE: EXIT.unavailable,
  TRIBUTARY_CLICKHOUSE_QUERY: EXIT.unexpected,
  TRIBUTARY_REDIS_UNAVAILABLE: EXIT.unavailable,
  TRIBUTARY_KAFKA_UNAVAILABLE: EXIT.unavailable,
  TRIBUTARY_WORKER_UNAVAILABLE: EXIT.unavailable,
  TRIBUTARY_WORKER_ENDED: EXIT.unexpected,
  TRIBUTARY_HALTED: EXIT.halted,
  TRIBUTARY_INTERRUPTED: EXIT.interrupted,
} as const
export type ErrorCode = keyof typeof ERROR_CODES

/** An error a person can act on: `message` is one clear sentence, `hint` says what would help. */
export class TributaryError extends Error {
  readonly code: ErrorCode
  readonly hint: string | undefined

  constructor(code: ErrorCode, message: string, options: { cause?: unknown; hint?: string } = {}) {
    super(message, { cause: options.cause })
    this.name = 'TributaryError'
    this.code = code
    this.hint = options.hint
  }

  get exitCode(): number {
    return ERROR_CODES[this.code]
  }
}
