// Which rows are not as they must be. Pure. A row in Redis is of the state at `before.next` or
// later, one in ClickHouse at least of what had landed; a version must be one that the replay made,
// value for value. Without a replay the two stores can only be held against each other.
import { hourOf } from '../../core/journey-layout.ts'
import type { TableName } from '../../core/tables.ts'
import type { OpenRow, Replay } from './replay.ts'
import { hourText, isSameRow, keyText, valueText } from './rows.ts'
import type { AuditRow, AuditRows } from './rows.ts'
import type { Snapshot } from './snapshot.ts'

/** null: not there; left out: not compared. */
export interface Values {
  readonly redis?: string | null
  readonly clickhouse?: string | null
  readonly replay?: string | null
}

export interface AuditDifference extends Values {
  readonly partition: number
  /** A ledger table, or `state` for what is counted beside the rows. */
  readonly table: TableName | 'state'
  /** Booked hour and dimensions of the row, or what is counted. */
  readonly row: string
}

/** Rows of hours that are verified and forgotten: what ClickHouse holds is what there must be. */
export function judgeClosed(
  partition: number,
  expected: AuditRows,
  found: AuditRows,
): AuditDifference[] {
  const differences: AuditDifference[] = []
  for (const key of new Set([...expected.keys(), ...found.keys()])) {
    const [replay, clickhouse] = [expected.get(key), found.get(key)]
    if (replay !== undefined && clickhouse !== undefined && isSameRow(replay, clickhouse)) continue
    const values = { clickhouse: textOf(clickhouse), replay: textOf(replay) }
    differences.push(difference(partition, (replay ?? clickhouse)!, values))
  }
  return differences
}

/** Rows of the hours that may still change, with what the replay made of them. */
export function judgeOpen(snapshot: Snapshot, replay: Replay): AuditDifference[] {
  const { redis, clickhouse, hoursHeld, names, before } = snapshot
  const now = hourText(hourOf(before.streamTimeMs))
  const open = replay.openRows()
  const differences: AuditDifference[] = []
  for (const key of new Set([...redis.keys(), ...clickhouse.keys(), ...open.keys()])) {
    const made = open.get(key)
    const [stored, published] = [redis.get(key), clickhouse.get(key)]
    const any = (made?.last ?? stored ?? published)!
    const isHeld = hoursHeld.has(any.hour)
    const isForgotten = !isHeld && any.hour < now
    const isVersion = (row: AuditRow): boolean => {
      const version = made?.last.offset === row.offset ? made.last : replay.version(key, row.offset)
      return version !== undefined && isSameRow(version, row)
    }
    const isRight =
      (!isHeld || isRightInRedis(stored, made, isVersion)) &&
      isRightInClickHouse(published, made, { isForgotten, isVersion, snapshot })
    if (isRight) continue
    differences.push(
      difference(names.partition, any, {
        ...(isHeld ? { redis: textOf(stored) } : {}),
        clickhouse: textOf(published),
        replay: textOf(made?.last),
      }),
    )
  }
  return differences
}

function isRightInRedis(
  row: AuditRow | undefined,
  made: OpenRow | undefined,
  isVersion: (row: AuditRow) => boolean,
): boolean {
  const least = made?.at.redis ?? -1
  if (row === undefined) return least === -1
  return row.offset >= least && isVersion(row)
}

function isRightInClickHouse(
  row: AuditRow | undefined,
  made: OpenRow | undefined,
  rule: {
    readonly isForgotten: boolean
    readonly isVersion: (row: AuditRow) => boolean
    readonly snapshot: Snapshot
  },
): boolean {
  const { isForgotten, isVersion, snapshot } = rule
  const least = (isForgotten ? made?.last.offset : made?.at.clickhouse) ?? -1
  if (row === undefined) return least === -1
  if (isNewer(row, snapshot)) return true
  return row.offset >= least && isVersion(row)
}

/**
 * A row of records behind the position: Redis fell back after it was published, and will make the
 * very same row again.
 */
const isNewer = (row: AuditRow, { after }: Snapshot): boolean =>
  row.generation === after.generation && row.offset >= after.next

/** The rows of hours that Redis holds, against ClickHouse's alone. */
export function judgeStores(snapshot: Snapshot): AuditDifference[] {
  const { redis, clickhouse, hoursHeld, names } = snapshot
  const differences: AuditDifference[] = []
  for (const key of new Set([...redis.keys(), ...clickhouse.keys()])) {
    const [stored, published] = [redis.get(key), clickhouse.get(key)]
    const any = (stored ?? published)!
    if (!hoursHeld.has(any.hour) || agree(stored, published, snapshot)) continue
    const values = { redis: textOf(stored), clickhouse: textOf(published) }
    differences.push(difference(names.partition, any, values))
  }
  return differences
}

function agree(
  stored: AuditRow | undefined,
  published: AuditRow | undefined,
  { before, progress }: Snapshot,
): boolean {
  const landed = progress?.flushedThrough ?? before.baseOffset
  // ClickHouse was read later: what is newer there was committed in between.
  if (stored === undefined) return published === undefined || published.offset >= before.next
  if (published === undefined || published.offset < stored.offset) return stored.offset >= landed
  if (published.offset > stored.offset) return published.offset >= before.next
  return isSameRow(stored, published)
}

const textOf = (row: AuditRow | undefined): string | null =>
  row === undefined ? null : valueText(row)

const difference = (partition: number, row: AuditRow, values: Values): AuditDifference => ({
  partition,
  table: row.table,
  row: keyText(row),
  ...values,
})
