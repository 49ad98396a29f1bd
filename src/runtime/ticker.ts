// Ticks of one partition: one when it has been idle for long, then more, each after the one before
// has come back, while persons are due; so that quiet partitions lapse, too. A tick is appended to
// the log like any record, and is not heard of until it is read from there.
import type { CoreRecord } from '../core/partition.ts'
import type { Clock } from '../ports/clock.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { TickSink } from '../ports/tick-sink.ts'
import { sentence } from './sentence.ts'

/** A tick that has not come back by then is given up, and another may be appended. */
const RETURN_MS = 60_000

export interface TickerOptions {
  readonly partition: number
  readonly sink: TickSink
  readonly idleMs: number
  readonly clock: Clock
  readonly telemetry: Telemetry
}

export class Ticker {
  readonly #options: TickerOptions
  #idleSinceMs: number
  /** The last record was a tick of a quiet partition. */
  #isSettling = false
  /** A tick is under way until then; 0: none is. */
  #awaitedUntilMs = 0

  constructor(options: TickerOptions) {
    this.#options = options
    this.#idleSinceMs = options.clock.now()
  }

  /** Records have been applied. */
  applied(records: readonly CoreRecord[]): void {
    const last = records.at(-1)
    if (last === undefined) return
    this.#idleSinceMs = this.#options.clock.now()
    this.#awaitedUntilMs = 0
    this.#isSettling &&= last.content === 'tick'
  }

  /** The log's end has been reached; appends a tick beside what goes on, where one is due. */
  atEnd(hasBacklog: boolean): void {
    const { clock, idleMs } = this.#options
    const nowMs = clock.now()
    if (nowMs < this.#awaitedUntilMs) return
    const isIdle = nowMs - this.#idleSinceMs >= idleMs
    if (!isIdle && !(this.#isSettling && hasBacklog)) return
    this.#isSettling = true
    this.#awaitedUntilMs = nowMs + RETURN_MS
    void this.#append()
  }

  /** Never rejects. */
  async #append(): Promise<void> {
    const { partition, sink, telemetry } = this.#options
    try {
      await sink.append(partition)
      telemetry.count('ticks', partition)
      telemetry.log('debug', 'tick_appended', 'the partition was quiet', { partition })
    } catch (error) {
      telemetry.log('warn', 'tick_failed', `no tick was appended: ${sentence(error)}`, {
        partition,
      })
    }
  }
}
