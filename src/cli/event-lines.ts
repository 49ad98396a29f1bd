// A producer's events from a stream of bytes: NDJSON, or one JSON document (an object over several
// lines, or an array of events). Lines are handed on as they come; only what begins like a document
// is kept until its end, up to a limit.
import { TributaryError } from '../ports/errors.ts'
import { decodeUtf8 } from '../schema/decode-utf8.ts'

/** One event as sent, with its place from 1: a line of bytes, or an item of an array. */
export type SentEvent =
  | { readonly line: number; readonly bytes: Uint8Array }
  | { readonly item: number; readonly value: unknown }

type SentLine = Extract<SentEvent, { readonly line: number }>

/** Largest line, and largest document that is not NDJSON. */
const BYTES_MAX = 64 * 1024 * 1024
const LINE_FEED = 0x0a

const isBlank = (bytes: Uint8Array): boolean =>
  bytes.every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))

const tooLong = (line: number): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', `line ${line} is longer than 64 MiB`, {
    hint: 'Write one event per line (NDJSON), or a JSON array of at most 64 MiB.',
  })

/** Lines that are not blank, without their line feeds. */
async function* sentLines(input: AsyncIterable<Uint8Array>): AsyncGenerator<SentLine> {
  let line = 1
  let parts: Uint8Array[] = []
  let bytes = 0
  const joined = (): Uint8Array => (parts.length === 1 ? parts[0]! : Buffer.concat(parts))
  for await (const chunk of input) {
    let start = 0
    while (start < chunk.length) {
      const feed = chunk.indexOf(LINE_FEED, start)
      const end = feed === -1 ? chunk.length : feed
      parts.push(chunk.subarray(start, end))
      bytes += end - start
      if (bytes > BYTES_MAX) throw tooLong(line)
      start = end + 1
      if (feed === -1) break
      const whole = joined()
      if (!isBlank(whole)) yield { line, bytes: whole }
      line++
      parts = []
      bytes = 0
    }
  }
  const last = joined()
  if (!isBlank(last)) yield { line, bytes: last }
}

/** The JSON value of bytes that begin like an object or an array; undefined if they are no JSON. */
const documentOf = (bytes: Uint8Array): object | undefined => {
  const text = decodeUtf8(bytes)
  if (text === null || !/^\s*[[{]/.test(text)) return undefined
  try {
    return JSON.parse(text) as object
  } catch {
    return undefined
  }
}

/** Whether a first line may be the beginning of a document: `[…`, or `{` without its end. */
const mayBeginDocument = (bytes: Uint8Array): boolean => {
  const first = decodeUtf8(bytes)?.trimStart().charAt(0)
  if (first === '[') return true
  return first === '{' && documentOf(bytes) === undefined
}

function* eventsOfDocument(held: readonly SentLine[]): Generator<SentEvent> {
  const feed = Uint8Array.of(LINE_FEED)
  const bytes = Buffer.concat(held.flatMap((sent) => [sent.bytes, feed]))
  const document = documentOf(bytes)
  if (document === undefined) yield* held
  else if (!Array.isArray(document)) yield { line: held[0]!.line, bytes }
  else for (const [i, value] of document.entries()) yield { item: i + 1, value: value as unknown }
}

/** The events of NDJSON or of one JSON document. @throws TRIBUTARY_BAD_DATA for an endless line. */
export async function* sentEvents(input: AsyncIterable<Uint8Array>): AsyncGenerator<SentEvent> {
  let held: SentLine[] | null = null
  let heldBytes = 0
  let first = true
  for await (const sent of sentLines(input)) {
    if (first && mayBeginDocument(sent.bytes)) held = []
    first = false
    if (held === null) {
      yield sent
      continue
    }
    held.push(sent)
    heldBytes += sent.bytes.length
    if (heldBytes > BYTES_MAX) {
      yield* held
      held = null
    }
  }
  if (held !== null) yield* eventsOfDocument(held)
}
