// Where the log of a long-running process goes: stdout. Each line is written before the call
// returns, so that the last words of a process that ends are never lost and lines keep their order;
// there are few of them. A reader who has gone away ends the log, not the process.
import { pino } from 'pino'

export interface LogStream {
  readonly write: (line: string) => void
}

const STDOUT = 1

export function stdoutLog(): LogStream {
  const stream = pino.destination({ dest: STDOUT, sync: true })
  return { write: (line) => void stream.write(line) }
}
