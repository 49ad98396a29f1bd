// The kinds of values a setting can have. A value comes as text (environment, flags) or already
// typed (YAML, JSON); each kind takes both and has one sentence for whatever does not fit, so that
// a mistake is one line. `key` gives a kind its default (as a person would write it) and its
// description.
import * as z from 'zod'
import { formatDuration, parseDuration } from './duration.ts'

/** What the documents (`.env.example`, table of settings) and `config print` say about a key. */
export interface KeyMeta {
  readonly description: string
  /** What a value looks like, for the table: `duration`, `integer`, `true or false` … */
  readonly kind: string
  /** Shown where the default is empty or computed from another setting. */
  readonly example?: string
  /** The default in words where it is not a constant. */
  readonly defaultText?: string
  /** true: never printed. 'url': its password is not. Either can come from a file (`…_FILE`). */
  readonly secret?: true | 'url'
}

/** A kind with its default as a file would write it; the last step, since meta stays with it. */
export function key<S extends z.ZodType>(schema: S, fallback: z.input<S>, meta: KeyMeta) {
  return schema.prefault(fallback as Exclude<z.input<S>, undefined>).meta({ ...meta })
}

/** A kind that may be left out and then is ''. */
export function optionalKey<S extends z.ZodType<string>>(schema: S, meta: KeyMeta) {
  return schema
    .or(z.literal(''))
    .default('')
    .meta({ ...meta })
}

export function integer(min: number, max: number) {
  const error = `expected an integer from ${min.toLocaleString('en')} to ${max.toLocaleString('en')}`
  const read = (raw: unknown) =>
    typeof raw === 'string' && /^-?\d{1,15}$/.test(raw) ? Number(raw) : raw
  return z.preprocess(read, z.int({ error }).min(min, { error }).max(max, { error }))
}

/** Durations end at ten years: what the core keeps of them is sized for that. */
const DURATION_MS_MAX = 3650 * 86_400_000

export function duration(minMs: number) {
  const error =
    `expected a duration from ${formatDuration(minMs)} to ${formatDuration(DURATION_MS_MAX)}, ` +
    'written like 500ms, 30s, 10m, 12h or 7d'
  const read = (raw: unknown) => (typeof raw === 'string' ? (parseDuration(raw) ?? NaN) : NaN)
  return z.preprocess(read, z.int({ error }).min(minMs, { error }).max(DURATION_MS_MAX, { error }))
}

export function flag() {
  const read = (raw: unknown) => (raw === 'true' ? true : raw === 'false' ? false : raw)
  return z.preprocess(read, z.boolean({ error: 'expected true or false' }))
}

export function oneOf<const T extends readonly string[]>(values: T) {
  return z.enum(values, { error: `expected ${values.join(' or ')}` })
}

/** Text that matches `pattern`; `expected` names it in the sentence "expected …". */
export function text(pattern: RegExp, expected: string) {
  const error = `expected ${expected}`
  return z.string({ error }).regex(pattern, { error })
}

export function url(protocol: RegExp, expected: string) {
  return z.url({ protocol, error: `expected ${expected}` })
}

/** A list: an array, or text with commas between (or a JSON array, where an item has a comma). */
export function list(item: RegExp, expected: string, itemsMin = 0) {
  const error = `expected ${expected}`
  return z.preprocess(
    listFromText,
    z.array(z.string({ error }).regex(item, { error }), { error }).min(itemsMin, { error }),
  )
}

function listFromText(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  if (/^\s*\[(\s*"|.*\]\s*$)/s.test(raw)) return jsonFromText(raw)
  return raw.split(',').map((item) => item.trim())
}

/** The value of JSON text; anything else as it is, for its kind to refuse. */
export function jsonFromText(raw: unknown): unknown {
  if (typeof raw !== 'string') return raw
  try {
    return JSON.parse(raw) as unknown
  } catch {
    return raw
  }
}

/** A rule between keys runs whenever those keys are in order, so every mistake shows at once. */
export const whenFine =
  (...keys: string[]) =>
  (payload: z.core.ParsePayload) =>
    !payload.issues.some((issue) => keys.includes((issue.path ?? []).join('.')))
