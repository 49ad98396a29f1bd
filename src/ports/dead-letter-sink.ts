// Where refused records go. At least once: a batch commits only after `send` resolved.
import type { Outcome, RejectionReason } from '../core/event.ts'
import type { SourceRecord } from './record-source.ts'

export interface DeadLetter {
  readonly topic: string
  readonly partition: number
  readonly record: SourceRecord
  readonly outcome: Extract<Outcome, 'rejected' | 'late' | 'overflow'>
  /** '' unless rejected. */
  readonly reason: RejectionReason | ''
}

export interface DeadLetterSink {
  /** Resolves when every letter is durable; on an error all may be sent again. */
  send(letters: readonly DeadLetter[]): Promise<void>
}
