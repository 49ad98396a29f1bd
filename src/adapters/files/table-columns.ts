// Which column of a CSV or Parquet file becomes which field of the event. Names are exact; two
// common aliases need no option; `--map field=column` says the rest.
import { distance } from 'fastest-levenshtein'
import { TributaryError } from '../../ports/errors.ts'

/** Fields that every event has, with the column names taken for them. */
const REQUIRED: ReadonlyMap<string, readonly string[]> = new Map([
  ['user_hash', ['user_hash', 'user_id']],
  ['timestamp', ['timestamp']],
  ['channel', ['channel']],
  ['action_type', ['action_type', 'event_type']],
])

/** What such columns are often called: for hints only. */
const OFTEN: ReadonlyMap<string, readonly string[]> = new Map([
  ['user_hash', ['user', 'visitor', 'customer', 'client', 'person', 'cookie', 'email', 'device']],
  ['timestamp', ['time', 'date', 'created_at', 'occurred_at', 'ts']],
  ['channel', ['source', 'medium', 'touchpoint', 'referrer']],
  ['action_type', ['action', 'event', 'type', 'name']],
])

/**
 * The known keys of `metadata`: columns of these names go there. A test compares them with the
 * contract.
 */
export const METADATA_FIELDS = [
  'utm_source',
  'utm_medium',
  'utm_campaign',
  'utm_term',
  'utm_content',
  'value',
  'currency',
  'quantity',
  'unit_price',
  'transaction_id',
  'source',
  'live_event_id',
  'product_id',
  'content_id',
  'variant',
  'treatment_id',
  'arm',
  'session_id',
] as const

const FIELDS: readonly string[] = [
  ...REQUIRED.keys(),
  'event_id',
  'campaign',
  'metadata',
  ...METADATA_FIELDS,
]

export interface FieldColumn {
  readonly field: string
  /** Position in the file, from 0. */
  readonly index: number
}

/** Throws TRIBUTARY_USAGE for a `--map` that names no field of an event. */
export function checkMap(map: ReadonlyMap<string, string>): void {
  for (const field of map.keys()) {
    if (FIELDS.includes(field)) continue
    const near = nearest(field, FIELDS)
    throw new TributaryError(
      'TRIBUTARY_USAGE',
      `--map: ${quoted(field)} is no field of an event.`,
      {
        hint:
          (near === undefined ? '' : `Did you mean ${near}=${map.get(field)}? `) +
          `It is --map field=column with the fields ${FIELDS.join(', ')}.`,
      },
    )
  }
}

/**
 * The fields that the file has, `timestamp` first. Throws TRIBUTARY_BAD_DATA for a missing column.
 */
export function columnsOfTable(
  path: string,
  names: readonly string[],
  map: ReadonlyMap<string, string>,
): FieldColumn[] {
  const columns = FIELDS.flatMap((field): FieldColumn[] => {
    const mapped = map.get(field)
    const wanted = mapped === undefined ? (REQUIRED.get(field) ?? [field]) : [mapped]
    const name = wanted.find((one) => names.includes(one))
    if (name !== undefined) return [{ field, index: indexOf(path, names, name) }]
    if (mapped !== undefined) throw missingMapped(path, names, field, mapped)
    if (REQUIRED.has(field)) throw missing(path, names, field)
    return []
  })
  return columns.toSorted(
    (a, b) => Number(b.field === 'timestamp') - Number(a.field === 'timestamp'),
  )
}

const quoted = (name: string): string => JSON.stringify(name)

function indexOf(path: string, names: readonly string[], name: string): number {
  const index = names.indexOf(name)
  if (names.indexOf(name, index + 1) === -1) return index
  throw new TributaryError('TRIBUTARY_BAD_DATA', `${path} has the column ${quoted(name)} twice.`, {
    hint: 'Rename one of the two in line 1.',
  })
}

function missing(path: string, names: readonly string[], field: string): TributaryError {
  const [first, ...others] = REQUIRED.get(field)!
  const known = new Set([...REQUIRED.values()].flat())
  const free = names.filter((name) => !known.has(name))
  const wanted = [first!, ...others, ...OFTEN.get(field)!]
  const near = nearest(wanted, free) ?? '<column>'
  const or = others.map((name) => ` or ${quoted(name)}`).join('')
  return new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `${path} has no column ${quoted(first!)}${or}; it has ${names.map(quoted).join(', ')}.`,
    { hint: `Say which column it is: --map ${field}=${near}` },
  )
}

function missingMapped(
  path: string,
  names: readonly string[],
  field: string,
  mapped: string,
): TributaryError {
  const near = nearest(mapped, names)
  return new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `${path} has no column ${quoted(mapped)}, which --map names; it has ${names.map(quoted).join(', ')}.`,
    near === undefined ? {} : { hint: `Did you mean --map ${field}=${near}?` },
  )
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^a-z0-9]/g, '')

/** The name that is most like one of `wanted`; undefined when none is like it at all. */
function nearest(wanted: string | readonly string[], names: readonly string[]): string | undefined {
  const wishes = typeof wanted === 'string' ? [wanted] : wanted
  const scored = names.flatMap((name) =>
    wishes.map((wish) => {
      const [a, b] = [plain(name), plain(wish)]
      const within = Math.min(a.length, b.length) >= 4 && (a.includes(b) || b.includes(a))
      const share = distance(a, b) / Math.max(a.length, b.length, 1)
      return { name, score: within ? Math.min(share, 0.3) : share }
    }),
  )
  const best = scored.toSorted((a, b) => a.score - b.score)[0]
  return best !== undefined && best.score <= 0.5 ? best.name : undefined
}
