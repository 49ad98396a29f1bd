// A lineage's records once more through the core: which rows there must be, in which versions.
// Hours that can no longer change are handed on one by one and dropped; of the others the last rows
// are kept, and those versions in between that were asked for.
import { hourOf } from '../../core/journey-layout.ts'
import type { RowNames } from '../../core/ledger-row.ts'
import { Partition } from '../../core/partition.ts'
import type { CoreRecord } from '../../core/partition.ts'
import type { Settings } from '../../core/settings.ts'
import { skipOffsets } from '../../core/skip.ts'
import { rowAt } from './rows.ts'
import type { AuditRow } from './rows.ts'

export interface ReplayPlan {
  readonly settings: Settings
  readonly names: Omit<RowNames, 'dictionary'>
  /** Hours below are handed on as soon as they are left. */
  readonly openFrom: number
  /** Positions at which the versions of open rows are noted. */
  readonly marks: Marks
  /** Offsets of versions that are asked for. */
  readonly wanted: ReadonlySet<number>
}

/** What was the latest at each of two positions: of the state in Redis, of ClickHouse's rows. */
export interface Marks {
  readonly redis: number
  readonly clickhouse: number
}

export interface OpenRow {
  /** As after the last record. */
  readonly last: AuditRow
  /** Offset of its version at each mark; -1: it was not there yet. */
  readonly at: Marks
}

/** Offsets of the open rows at a position: by hour, table and row. */
type Noted = ReadonlyMap<number, readonly Float64Array[]>

export class Replay {
  readonly partition: Partition
  readonly names: RowNames
  readonly #plan: ReplayPlan
  readonly #noted: { redis: Noted | null; clickhouse: Noted | null } = {
    redis: null,
    clickhouse: null,
  }
  readonly #versions = new Map<string, AuditRow>()
  #hour = 0
  #closed: AuditRow[] = []
  #closedThrough = -1

  constructor(plan: ReplayPlan) {
    this.#plan = plan
    this.partition = new Partition(plan.settings)
    // There is no store: every due list and every journey is in memory.
    this.partition.due.openedThrough = Number.MAX_SAFE_INTEGER
    this.names = { ...plan.names, dictionary: this.partition.dictionary }
  }

  apply(record: CoreRecord): void {
    this.#passMarks(record.offset)
    const { partition } = this
    while (partition.apply(record) === null) {
      const { persons, at } = partition.missing!
      partition.journeys.add(persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!)
    }
    this.#closeHours()
    this.#noteVersions(record.offset)
  }

  skip(from: number, to: number): void {
    this.#passMarks(from)
    skipOffsets(this.partition, from, to)
    this.#noteVersions(to - 1)
  }

  /**
   * Rows of the hours that were left since the last call, the last of which is `through`; frees
   * what only a store would need.
   */
  takeClosed(): { readonly rows: readonly AuditRow[]; readonly through: number } {
    const { journeys, ledger, due, dictionary } = this.partition
    journeys.takeChanged()
    journeys.compact()
    ledger.takeTouched()
    due.takeAppended()
    due.takeDropped()
    dictionary.takeAdded()
    const rows = this.#closed
    this.#closed = []
    return { rows, through: this.#closedThrough }
  }

  /** The rows of the open hours, by key, after the last record. */
  openRows(): Map<string, OpenRow> {
    this.#passMarks(Infinity)
    const open = new Map<string, OpenRow>()
    for (const [hour, { tables }] of this.partition.ledger.hours) {
      for (const [table, booked] of tables.entries()) {
        const offsetAt = (mark: keyof Marks, row: number): number =>
          this.#noted[mark]?.get(hour)?.[table]?.[row] ?? -1
        for (let row = 0; row < booked.rows.count; row++) {
          const last = rowAt({ table, booked, row, hour }, this.names)
          const at = { redis: offsetAt('redis', row), clickhouse: offsetAt('clickhouse', row) }
          open.set(last.key, { last, at })
        }
      }
    }
    return open
  }

  /** The version of an open row that was asked for; undefined: there never was such a one. */
  version(key: string, offset: number): AuditRow | undefined {
    return this.#versions.get(versionKey(key, offset))
  }

  #closeHours(): void {
    const { ledger, streamTimeMs } = this.partition
    const now = hourOf(streamTimeMs)
    if (now === this.#hour) return
    this.#hour = now
    for (const [hour, { tables }] of ledger.hours) {
      if (hour >= now || hour >= this.#plan.openFrom) continue
      for (const [table, booked] of tables.entries()) {
        for (let row = 0; row < booked.rows.count; row++) {
          this.#closed.push(rowAt({ table, booked, row, hour }, this.names))
        }
      }
      ledger.forget(hour)
      this.#closedThrough = hour
    }
  }

  /** A record touches rows of the current hour only. */
  #noteVersions(offset: number): void {
    if (!this.#plan.wanted.has(offset)) return
    const hour = hourOf(this.partition.streamTimeMs)
    const tables = this.partition.ledger.hours.get(hour)?.tables ?? []
    for (const [table, booked] of tables.entries()) {
      for (const row of booked.takeChanged()) {
        if (booked.offsets[row] !== offset) continue
        const version = rowAt({ table, booked, row, hour }, this.names)
        this.#versions.set(versionKey(version.key, offset), version)
      }
    }
  }

  #passMarks(offset: number): void {
    for (const mark of ['redis', 'clickhouse'] as const) {
      if (this.#noted[mark] === null && this.#plan.marks[mark] <= offset) {
        this.#noted[mark] = this.#offsets()
      }
    }
  }

  #offsets(): Noted {
    const { hours } = this.partition.ledger
    const copies = [...hours].map(
      ([hour, { tables }]) =>
        [hour, tables.map(({ offsets, rows }) => offsets.slice(0, rows.count))] as const,
    )
    return new Map(copies)
  }
}

const versionKey = (key: string, offset: number): string => `${offset} ${key}`
