// The last touch of a partition, from its log: every record is read and judged as the worker does
// it. A copy of an event whose time is newer than that of the first may be taken for a touch; then
// the ticks come later than they need, which changes no number.
import { Dictionary } from '../core/dictionary.ts'
import type { CoreEvent } from '../core/event.ts'
import { Goals } from '../core/goals.ts'
import { CLAMP_MS } from '../core/partition.ts'
import { KIND_OTHER } from '../core/journey-layout.ts'
import { kindOfEvent } from '../core/pack-event.ts'
import type { Settings } from '../core/settings.ts'
import type { RecordSource } from '../ports/record-source.ts'
import { createRecordParser } from '../schema/record.ts'
import type { Placement } from '../schema/record.ts'

export interface PartitionTouches {
  readonly partition: number
  /** Epoch ms; 0: no touch at all. */
  readonly lastTouchMs: number
  /** Highest record time, epoch ms; 0: no record. */
  readonly streamTimeMs: number
}

export interface LogQuestion {
  readonly partition: number
  readonly from: number
  /** Where to stop: the log end of the moment it was asked. */
  readonly to: number
  readonly settings: Settings
  readonly placement: Placement
  readonly signal: AbortSignal
  /** Told how many offsets were passed since the last call. */
  readonly onPassed: (offsets: number) => void
}

/** Throws what the source throws. */
export async function lastTouchOf(
  source: Pick<RecordSource, 'read'>,
  question: LogQuestion,
): Promise<PartitionTouches> {
  const { partition, to, settings, placement, signal, onPassed } = question
  const parser = createRecordParser(settings, placement)
  const goals = new Goals(settings, new Dictionary(settings.dimensionValuesMax))
  const isTouch = (event: CoreEvent) =>
    kindOfEvent(event, goals) === KIND_OTHER && goals.isTouch(event.action)
  let lastTouchMs = 0
  let streamTimeMs = 0
  for (let at = question.from; at < to;) {
    signal.throwIfAborted()
    const { span, undecodable } = await source.read(partition, at)
    for (const record of span.records) {
      streamTimeMs = Math.max(streamTimeMs, record.timeMs)
      const event = parser.parse(record, partition)
      if (typeof event === 'string' || !isTouch(event)) continue
      const timeMs = event.timeMs > record.timeMs + CLAMP_MS ? record.timeMs : event.timeMs
      if (timeMs >= streamTimeMs - settings.latenessMs) lastTouchMs = Math.max(lastTouchMs, timeMs)
    }
    // What nobody can decode holds no touch: the worker halts there, or an operator gave it up.
    const next = undecodable?.to ?? span.to
    onPassed(next - at)
    at = next
  }
  return { partition, lastTouchMs, streamTimeMs }
}
