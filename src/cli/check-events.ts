// What `check` finds: every event of a producer judged as the worker would judge it, each refusal
// with its field and cure. Values are not told: they may be personal.
import type { RejectionReason } from '../core/event.ts'
import type { Settings } from '../core/settings.ts'
import { explainRecord, explainRefusal } from '../schema/explain.ts'
import type { Explanation } from '../schema/explain.ts'
import { foreignHint } from '../schema/foreign-hint.ts'
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
  /** Accepted events by an action type that is another platform's name for one of ours. */
  readonly foreign: ReadonlyMap<string, number>
}

export interface CheckOptions {
  /** Their goals decide which actions need money that can be booked, and which names are meant. */
  readonly settings: Settings
  readonly onFinding: (finding: Finding) => void
}

/** Judges every event of `input`; key and partition are not known here and not checked. */
export async function checkEvents(
  input: AsyncIterable<Uint8Array>,
  { settings, onFinding }: CheckOptions,
): Promise<CheckSummary> {
  const parser = createEventParser(settings)
  const meant = new Set(settings.goals.flatMap(({ actions }) => actions))
  const refused = new Map<RejectionReason, number>()
  const foreign = new Map<string, number>()
  let events = 0
  for await (const sent of sentEvents(input)) {
    events++
    const isLine = 'line' in sent
    const result = isLine ? parser.parse(sent.bytes) : parser.parseObject(sent.value)
    if (typeof result !== 'string') {
      const { action } = result
      if (foreignHint(action) !== null && !meant.has(action)) count(foreign, action)
      continue
    }
    count(refused, result)
    const place = isLine ? { line: sent.line } : { item: sent.item }
    const why = isLine ? explainRecord(sent.bytes, result) : explainRefusal(sent.value, result)
    onFinding({ ...place, ...why, cure: REASONS[result].cure })
  }
  return { events, refused, foreign }
}

const count = <Key>(counts: Map<Key, number>, key: Key): void =>
  void counts.set(key, (counts.get(key) ?? 0) + 1)
