// A row of a CSV or Parquet file -> the object that the event parser judges. Empty cells of
// optional columns are absent; an empty id is not the same as no id column: without the column the
// file and the row are the id.
import { isUtf8 } from 'node:buffer'
import { REFUND_ACTION } from '../../core/settings.ts'
import type { Settings } from '../../core/settings.ts'
import type { RowEvent } from './file-input.ts'
import { hashPlainIdentifier } from './hash-user.ts'
import type { RowBinaryCursor } from './row-binary.ts'
import type { OffsetOfWall } from './time-zone.ts'

const DIRECT = '(direct)'

export interface RowRules {
  readonly offsetOfWall: OffsetOfWall
  /** Whether a time without zone is in UTC. */
  readonly wallIsUtc: boolean
  readonly hashUsers: boolean
  /** Actions for which an empty channel is `(direct)`. */
  readonly directActions: ReadonlySet<string>
  /** Told of each such channel. */
  readonly onDirect: () => void
}

/** Conversions and refunds. */
export const directActionsOf = (settings: Settings): ReadonlySet<string> =>
  new Set([REFUND_ACTION, ...settings.goals.flatMap((goal) => goal.actions)])

/** Where the cells of a row go; made once per file. */
export interface RowShape {
  readonly length: number
  /** Positions of the fields among the cells; -1: no such column. */
  readonly eventId: number
  readonly userHash: number
  readonly channel: number
  readonly action: number
  readonly campaign: number
  readonly metadata: number
  /** The known keys of metadata, with their positions. */
  readonly keys: readonly { readonly key: string; readonly at: number }[]
}

/** `fields`: of the cells in their order; the first is `timestamp`. */
export function rowShape(fields: readonly string[], metadataFields: readonly string[]): RowShape {
  return {
    length: fields.length,
    eventId: fields.indexOf('event_id'),
    userHash: fields.indexOf('user_hash'),
    channel: fields.indexOf('channel'),
    action: fields.indexOf('action_type'),
    campaign: fields.indexOf('campaign'),
    metadata: fields.indexOf('metadata'),
    keys: metadataFields.flatMap((key) => {
      const at = fields.indexOf(key)
      return at === -1 ? [] : [{ key, at }]
    }),
  }
}

/** The texts of the next `count` cells; null if one is not UTF-8. */
export function readCells(cursor: RowBinaryCursor, count: number): string[] | null {
  const { bytes } = cursor
  const cells: string[] = []
  for (let i = 0; i < count; i++) {
    cursor.string()
    const text = bytes.toString('utf8', cursor.start, cursor.end)
    if (text.includes('\ufffd') && !isUtf8(bytes.subarray(cursor.start, cursor.end))) return null
    cells.push(text)
  }
  return cells
}

/**
 * `timeMs`: -1 if the time, which is the first cell, is invalid. `id` is taken without an event_id
 * column.
 */
export function rowEvent(
  cells: readonly string[],
  { timeMs, id }: { readonly timeMs: number; readonly id: string },
  shape: RowShape,
  rules: RowRules,
): RowEvent {
  const user = cells[shape.userHash]!
  const action = cells[shape.action]!
  let channel = cells[shape.channel]!
  if (channel === '' && rules.directActions.has(action)) {
    channel = DIRECT
    rules.onDirect()
  }
  return {
    event_id: cells[shape.eventId] ?? id,
    user_hash: rules.hashUsers ? hashPlainIdentifier(user) : user,
    timestamp: timeMs === -1 ? cells[0]! : timeMs,
    channel,
    action_type: action,
    campaign: cells[shape.campaign],
    metadata: metadataOf(cells, shape),
  }
}

function metadataOf(cells: readonly string[], shape: RowShape): unknown {
  let known: Record<string, string> | undefined
  for (const { key, at } of shape.keys) {
    const cell = cells[at]!
    if (cell !== '') (known ??= {})[key] = cell
  }
  const json = cells[shape.metadata]
  return json === undefined || json === '' ? known : withMetadataCell(json, known)
}

/**
 * A column `metadata` holds JSON; columns of their own win. What is no object is left for the
 * parser to refuse.
 */
const withMetadataCell = (cell: string, columns: object | undefined): unknown => {
  try {
    const base: unknown = JSON.parse(cell)
    if (typeof base !== 'object' || base === null || Array.isArray(base)) return cell
    return Object.assign(base, columns)
  } catch {
    return cell
  }
}
