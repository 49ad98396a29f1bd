// What `check` finds: every event of a producer judged as the worker would judge it, each refusal
// with its field and cure. Values are not told: they may be personal.
import type { RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { explainRecord, explainRefusal } from '../schema/explain.ts'
import type { Explanation } from '../schema/explain.ts'
import { createEventParser } from '../schema/parse-event.ts'
import { REASONS } from '../schema/reasons.ts'
import { sentEvents } from './event-lines.ts'

/** A refused event; `line` in NDJSON, `item` in an array, both from 1. */
export interface Finding extends Explanation {
  readonly line?: number
  readonly item?: number
  readonly cure: string
}

export interface CheckSummary {
  readonly events: number
  /** Refused events by reason. */
  readonly refused: ReadonlyMap<RejectionReason, number>
}

export interface CheckOptions {
  /** Their goals decide which actions need money that can be booked. */
  readonly settings: Settings
  readonly onFinding: (finding: Finding) => void
}

/** Judges every event of `input`; key and partition are not known here and not checked. */
export async function checkEvents(
  input: AsyncIterable<Uint8Array>,
  { settings, onFinding }: CheckOptions,
): Promise<CheckSummary> {
  const parser = createEventParser(settings)
  const refused = new Map<RejectionReason, number>()
  let events = 0
  for await (const sent of sentEvents(input)) {
    events++
    const isLine = 'line' in sent
    const result = isLine ? parser.parse(sent.bytes) : parser.parseObject(sent.value)
    if (typeof result !== 'string') continue
    refused.set(result, (refused.get(result) ?? 0) + 1)
    const place = isLine ? { line: sent.line } : { item: sent.item }
    const why = isLine ? explainRecord(sent.bytes, result) : explainRefusal(sent.value, result)
    onFinding({ ...place, ...why, cure: REASONS[result].cure })
  }
  return { events, refused }
}
