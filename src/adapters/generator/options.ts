// What a generated log can be asked for. Shares are of all records unless said otherwise; the
// classes late, duplicate and invalid do not overlap, so each share can be checked from outside.
import { TributaryError } from '../../ports/errors.ts'

export interface GeneratorOptions {
  /** Records in all, the last one included. */
  readonly events: number
  /** A whole number; the same seed and options give the same bytes on every machine. */
  readonly seed: number
  /** Size of the public; nothing is kept per person. */
  readonly persons: number
  /** Record time at which the story begins, epoch ms; it tells of six weeks (timeline.ts). */
  readonly startMs: number
  /** Share of records that come late; one in five of them by more than seven days. */
  readonly late: number
  /** Share of records that are copies of an earlier record, byte for byte. */
  readonly duplicate: number
  /** Share of records that are refused, of every reason in turn. */
  readonly invalid: number
  /** Share of orders that are refunded, a third in part; a tenth as many refunds match none. */
  readonly refund: number
}

const EVENTS_PER_PERSON = 12

/** The defaults of `generate`: 2 % late, 1 % duplicate, 0.5 % invalid, 8 % of orders refunded. */
export function generatorOptions(given: Partial<GeneratorOptions> = {}): GeneratorOptions {
  const events = given.events ?? 50_000
  return checked({
    seed: 42,
    persons: Math.max(1, Math.floor(events / EVENTS_PER_PERSON)),
    startMs: Date.UTC(2026, 9, 5),
    late: 0.02,
    duplicate: 0.01,
    invalid: 0.005,
    refund: 0.08,
    ...given,
    events,
  })
}

/** What `demo` shows: the defaults, with enough trouble to see each outcome. */
export function demoOptions(events = 50_000): GeneratorOptions {
  return generatorOptions({ events, late: 0.03, duplicate: 0.02, invalid: 0.01 })
}

const SHARES = ['late', 'duplicate', 'invalid', 'refund'] as const
/** Late, duplicate and invalid records are made from ordinary ones: enough must be left. */
const TROUBLE_MAX = 0.8

function checked(options: GeneratorOptions): GeneratorOptions {
  const { events, seed, persons, startMs, late, duplicate, invalid } = options
  const wrong = [
    ...(isWhole(events, 0, 1e12) ? [] : ['events is a whole number from 0 on']),
    ...(isWhole(seed, -(2 ** 31), 2 ** 31 - 1) ? [] : ['seed is a whole number of 32 bits']),
    ...(isWhole(persons, 1, 2 ** 31) ? [] : ['persons is a whole number from 1 to 2,147,483,648']),
    ...(isWhole(startMs, Date.UTC(2001, 0), Date.UTC(2099, 0))
      ? []
      : ['start lies between 2001 and 2098']),
    ...SHARES.filter((share) => !(options[share] >= 0 && options[share] <= 1)).map(
      (share) => `${share} is a share from 0 to 1`,
    ),
    ...(late + duplicate + invalid > TROUBLE_MAX
      ? [`late, duplicate and invalid together are at most ${TROUBLE_MAX}`]
      : []),
  ]
  if (wrong.length > 0) throw new TributaryError('TRIBUTARY_USAGE', wrong.join('; '))
  return options
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
