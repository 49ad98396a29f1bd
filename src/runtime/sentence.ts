// An error as people read it in a log line or a status: its message, which names no person and no
// value (adapters translate those of vendors).

export const sentence = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
