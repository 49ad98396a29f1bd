// What the workers say while they run, counted: whatever a worker that is killed has said counts.
import type { LogEvent } from '../../src/ports/telemetry.ts'

export interface LogLine {
  readonly event: string
  readonly [field: string]: unknown
}

export class Tally {
  readonly #events = new Map<string, number>()
  hoursForgotten = 0
  rowsResent = 0

  add(line: LogLine): void {
    this.#events.set(line.event, this.count(line.event as LogEvent) + 1)
    if (line.event === 'hours_forgotten') this.hoursForgotten += Number(line['hours'])
    if (line.event === 'rows_resent') this.rowsResent += Number(line['rows'])
  }

  count(event: LogEvent): number {
    return this.#events.get(event) ?? 0
  }
}
