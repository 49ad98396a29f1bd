// The dead-letter topic's twin: what was sent, in order, and more than once where it was sent
// again.
import type { DeadLetter, DeadLetterSink } from '../../ports/dead-letter-sink.ts'

export class MemoryDeadLetters implements DeadLetterSink {
  readonly letters: DeadLetter[] = []

  send(letters: readonly DeadLetter[]): Promise<void> {
    for (const letter of letters) this.letters.push(letter)
    return Promise.resolve()
  }
}
