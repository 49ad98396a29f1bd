// Where the log of a long-running process goes: stdout, written beside the work, so that a reader
// who is slow never holds records up. What is still in memory is written when the process exits, by
// whatever way but kill -9. A reader who has gone away ends the log, not the process.
import { pino } from 'pino'

export interface LogStream {
  write(line: string): void
  /** Writes what is still in memory, before it returns. */
  flush(): void
}

const STDOUT = 1

export function stdoutLog(): LogStream {
  const stream = pino.destination({ dest: STDOUT, sync: false })
  return {
    write: (line) => void stream.write(line),
    flush: () => stream.flushSync(),
  }
}
