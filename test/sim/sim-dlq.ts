// The dead-letter topic: what was sent, each letter with its place in the order of all writes.
import type { DeadLetter, DeadLetterSink } from '../../src/ports/dead-letter-sink.ts'
import type { Network } from './network.ts'
import type { SimProcess } from './sim-process.ts'

export interface SentLetter {
  readonly letter: DeadLetter
  /** Place in the order of the writes of the run. */
  readonly order: number
}

export class SimDeadLetters {
  readonly sent: SentLetter[] = []

  port(network: Network, process: SimProcess, order: () => number): DeadLetterSink {
    return {
      send: (letters) =>
        network.call(process, 'dlq.send', () => {
          for (const letter of letters) this.sent.push({ letter, order: order() })
          return Promise.resolve()
        }),
    }
  }
}
