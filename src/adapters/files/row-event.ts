// A row of a CSV or Parquet file -> the object that the event parser judges. Empty cells of optional columns
// are absent; an empty id column, or none, is not the same: without the column the file and the row are the id.
import { isUtf8 } from 'node:buffer'
import { REFUND_ACTION } from '../../core/settings.ts'
import type { Settings } from '../../core/settings.ts'
import { parseCellTime } from './cell-time.ts'
import type { RowEvent } from './file-input.ts'
import { hashPlainIdentifier } from './hash-user.ts'
import type { RowBinaryCursor } from './row-binary.ts'
import type { OffsetOfWall } from './time-zone.ts'

const DIRECT = '(direct)'

export interface RowRules {
  readonly offsetOfWall: OffsetOfWall
  readonly hashUsers: boolean
  /** Actions for which an empty channel is `(direct)`. */
  readonly directActions: ReadonlySet<string>
  /** Told of each such channel. */
  readonly onDirect: () => void
}

/** Conversions and refunds. */
export const directActionsOf = (settings: Settings): ReadonlySet<string> =>
  new Set([REFUND_ACTION, ...settings.goals.flatMap((goal) => goal.actions)])

/** The string that `cursor` read last; null if it is not UTF-8. */
const cellText = (cursor: RowBinaryCursor): string | null => {
  const { bytes, start, end } = cursor
  const text = bytes.toString('utf8', start, end)
  return text.includes('\ufffd') && !isUtf8(bytes.subarray(start, end)) ? null : text
}

/**
 * The event of the row whose cells, of `fields` in this order, begin at `cursor`. null if a cell is not UTF-8.
 * `id` is taken when there is no event_id column.
 */
export function readRowEvent(
  cursor: RowBinaryCursor,
  fields: readonly string[],
  id: string,
  rules: RowRules,
): RowEvent | null {
  const event: Record<string, unknown> = { event_id: id }
  const metadata: Record<string, unknown> = {}
  let extra: string | undefined
  let isBare = true
  for (const field of fields) {
    cursor.string()
    const text = cellText(cursor)
    if (text === null) return null
    if (field === 'timestamp') {
      const timeMs = parseCellTime(text, rules.offsetOfWall)
      event[field] = timeMs === -1 ? text : timeMs
    } else if (ROW_FIELDS.has(field)) event[field] = text
    else if (text === '') continue
    else if (field === 'campaign') event[field] = text
    else if (field === 'metadata') extra = text
    else {
      metadata[field] = text
      isBare = false
    }
  }
  if (extra !== undefined) event['metadata'] = withMetadataCell(extra, metadata)
  else if (!isBare) event['metadata'] = metadata
  return finishRow(event as unknown as Writable<RowEvent>, rules)
}

type Writable<T> = { -readonly [K in keyof T]: T[K] }

const ROW_FIELDS: ReadonlySet<string> = new Set(['event_id', 'user_hash', 'channel', 'action_type'])

/** A column `metadata` holds JSON; columns of their own win. What is no object is left for the parser to refuse. */
const withMetadataCell = (cell: string, columns: Record<string, unknown>): unknown => {
  try {
    const base: unknown = JSON.parse(cell)
    if (typeof base !== 'object' || base === null || Array.isArray(base)) return cell
    return Object.assign(base, columns)
  } catch {
    return cell
  }
}

function finishRow(event: Writable<RowEvent>, rules: RowRules): RowEvent {
  if (rules.hashUsers) event.user_hash = hashPlainIdentifier(event.user_hash)
  if (event.channel === '' && rules.directActions.has(event.action_type)) {
    event.channel = DIRECT
    rules.onDirect()
  }
  return event
}
