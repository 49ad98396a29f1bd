// From the ledger in memory to ClickHouse: snapshot, insert, then note as landed only versions that
// are unchanged; verify a closed hour by reading it back, and only then let the store forget it.
// Rows are absolute and versioned, so sending one twice, late or out of order changes nothing.
import { ledgerRow } from '../core/ledger-row.ts'
import type { RowNames } from '../core/ledger-row.ts'
import type { BookedTable } from '../core/ledger.ts'
import { hourOf } from '../core/journey-layout.ts'
import type { Partition } from '../core/partition.ts'
import { TABLES } from '../core/tables.ts'
import type { LedgerRow } from '../core/tables.ts'
import type { BookedRange, LineageRow } from '../ports/ledger-sink.ts'
import type { PartitionMeta } from '../ports/state-store.ts'
import type { PartitionOptions } from './partition-options.ts'

/** Rows of one table, and what to note once they have landed. */
interface TableSnapshot {
  readonly rows: LedgerRow[]
  readonly landed: (() => void)[]
}

export interface Snapshot {
  readonly tables: readonly TableSnapshot[]
  readonly committed: PartitionMeta
  /** Nothing unflushed was left out. */
  readonly isWhole: boolean
}

// What is held as text at a time, when publishing and when reading back. A path has as many words
// as touchpoints, so rows alone would be no bound.
const ROWS_MAX = 50_000
const WORDS_MAX = 500_000

export class Flusher {
  readonly #options: PartitionOptions
  readonly #partition: Partition
  readonly #lineage: string
  readonly #baseOffset: number
  readonly #names: RowNames
  #activeAt: number
  #hasLineage = false

  constructor(options: PartitionOptions, partition: Partition, meta: PartitionMeta) {
    this.#options = options
    this.#partition = partition
    this.#lineage = meta.lineage
    this.#baseOffset = meta.baseOffset
    this.#activeAt = meta.activeAt
    this.#names = {
      dictionary: partition.dictionary,
      // Those the rows were booked with, which an operator's rebuild may have changed since.
      goals: JSON.parse(meta.goals) as string[],
      lineage: meta.lineage,
      partition: options.partition,
      generation: meta.generation,
    }
  }

  /** Rows whose present version has not landed. */
  get unflushed(): number {
    let rows = 0
    for (const hour of this.#partition.ledger.hours.values()) rows += hour.unflushed
    return rows
  }

  /**
   * Rows that have not landed, as of `committed`, whose state memory must be in; so many as may be
   * held as text at a time.
   */
  snapshot(committed: PartitionMeta): Snapshot {
    const room = { rows: ROWS_MAX, words: WORDS_MAX }
    const tables = TABLES.map((_, table) => this.#snapshot(table, room))
    return { tables, committed, isWhole: room.rows > 0 && room.words > 0 }
  }

  /** Inserts the snapshot; versions that have moved on meanwhile stay unflushed. */
  async publish(snapshot: Snapshot): Promise<void> {
    const { ledger, probe } = this.#options
    await this.#writeLineage()
    await probe.at('snapshot')
    for (const [table, { rows, landed }] of snapshot.tables.entries()) {
      if (rows.length === 0) continue
      await ledger.insert(TABLES[table]!.name, rows)
      await probe.at('inserted')
      for (const note of landed) note()
    }
    if (!snapshot.isWhole) return
    await this.#writeProgress(snapshot.committed)
    await this.#activate(snapshot.committed)
  }

  /**
   * The closed hours that ClickHouse was shown to hold; rows that it does not hold are sent again.
   */
  async verifyClosed(committed: PartitionMeta): Promise<number[]> {
    const now = hourOf(committed.streamTimeMs)
    const closed = [...this.#partition.ledger.hours.values()]
      .filter(({ hour, unflushed }) => hour < now && unflushed === 0)
      .sort((a, b) => a.hour - b.hour)
    const verified: number[] = []
    let run: number[] = []
    let words = 0
    for (const [i, hour] of closed.entries()) {
      run.push(hour.hour)
      words += hour.tables.reduce((sum, { rows }) => sum + rows.keyWords, 0)
      if (words < WORDS_MAX && i < closed.length - 1) continue
      verified.push(...(await this.#verify(run)))
      run = []
      words = 0
    }
    return verified
  }

  /**
   * Reads the hour back and marks landed rows that ClickHouse does not hold as lost, so that they
   * are sent again. Rows that change meanwhile are left to the next flush. Resolves to how many.
   */
  async recheck(hour: number): Promise<number> {
    const booked = this.#partition.ledger.hours.get(hour)
    if (booked === undefined) return 0
    let lost = 0
    for (const [table, { name }] of TABLES.entries()) {
      const { rows, offsets } = booked.tables[table]!
      const landed: [row: number, offset: number, text: string][] = []
      for (let row = 0; row < rows.count; row++) {
        if (!booked.tables[table]!.isFlushed(row)) continue
        const text = JSON.stringify(this.#row(table, booked.tables[table]!, row, hour))
        landed.push([row, offsets[row]!, text])
      }
      if (landed.length === 0) continue
      const found = await this.#options.ledger.read(name, this.#range(hour, hour))
      const texts = new Set(found.map((row) => JSON.stringify(row)))
      for (const [row, offset, text] of landed) {
        if (texts.has(text) || booked.tables[table]!.offsets[row] !== offset) continue
        booked.tables[table]!.markLost(row)
        lost++
      }
    }
    return lost
  }

  /** Drops the hours from memory, after the store has dropped them. */
  async forgotten(hours: readonly number[], committed: PartitionMeta): Promise<void> {
    for (const hour of hours) this.#partition.ledger.forget(hour)
    await this.#writeProgress(committed)
  }

  #snapshot(table: number, room: { rows: number; words: number }): TableSnapshot {
    const rows: LedgerRow[] = []
    const landed: (() => void)[] = []
    for (const { hour, tables } of this.#partition.ledger.hours.values()) {
      const booked = tables[table]!
      if (booked.unflushed === 0) continue
      const noted: [row: number, offset: number][] = []
      for (let row = 0; row < booked.rows.count; row++) {
        if (booked.isFlushed(row)) continue
        if (room.rows <= 0 || room.words <= 0) break
        room.rows--
        room.words -= booked.rows.keyLength(row)
        rows.push(this.#row(table, booked, row, hour))
        noted.push([row, booked.offsets[row]!])
      }
      landed.push(() => {
        for (const [row, offset] of noted) booked.markLanded(row, offset)
      })
    }
    return { rows, landed }
  }

  #row(table: number, booked: BookedTable, row: number, hour: number): LedgerRow {
    return ledgerRow(table, booked, row, hour, this.#names)
  }

  /**
   * Those of the hours all of whose rows are in ClickHouse, value for value and version for
   * version.
   */
  async #verify(hours: readonly number[]): Promise<number[]> {
    const { ledger, probe } = this.#options
    await probe.at('verify')
    const lost = new Set<number>()
    const range = this.#range(hours[0]!, hours.at(-1)!)
    for (const [table, { name }] of TABLES.entries()) {
      const isEmpty = hours.every((hour) => this.#table(hour, table).rows.count === 0)
      if (isEmpty) continue
      const found = await ledger.read(name, range)
      const texts = new Set(found.map((row) => JSON.stringify(row)))
      for (const hour of hours) {
        const booked = this.#table(hour, table)
        for (let row = 0; row < booked.rows.count; row++) {
          if (texts.has(JSON.stringify(this.#row(table, booked, row, hour)))) continue
          booked.markLost(row)
          lost.add(hour)
        }
      }
    }
    return hours.filter((hour) => !lost.has(hour))
  }

  #range(hourFrom: number, hourTo: number): BookedRange {
    const { topic, partition } = this.#options
    return { topic, partition, lineage: this.#lineage, hourFrom, hourTo }
  }

  #table(hour: number, table: number): BookedTable {
    return this.#partition.ledger.hours.get(hour)!.tables[table]!
  }

  async #writeLineage(): Promise<void> {
    if (this.#hasLineage) return
    const { topic, partition, ledger } = this.#options
    const known = await ledger.lineages(topic, partition)
    if (!known.some(({ lineage }) => lineage === this.#lineage)) {
      const status = this.#activeAt > 0 ? 'building' : 'active'
      await ledger.writeLineages([this.#lineageRow(status, 'first')])
    }
    this.#hasLineage = true
  }

  /** A lineage that was being built takes the place of the others, in one insert. */
  async #activate({ next }: PartitionMeta): Promise<void> {
    if (this.#activeAt === 0 || next < this.#activeAt) return
    const { topic, partition, ledger } = this.#options
    const rows = await ledger.lineages(topic, partition)
    const reason = rows.find(({ lineage }) => lineage === this.#lineage)?.reason ?? 'rebuilt'
    const others = rows.filter(
      ({ lineage, status }) => lineage !== this.#lineage && status !== 'retired',
    )
    await ledger.writeLineages([
      this.#lineageRow('active', reason),
      ...others.map((row) => ({ ...row, status: 'retired' as const })),
    ])
    this.#activeAt = 0
  }

  /** Whether the lineage is summed by the views. */
  get isActive(): boolean {
    return this.#activeAt === 0
  }

  #lineageRow(status: LineageRow['status'], reason: string): LineageRow {
    const { topic, partition } = this.#options
    return {
      topic,
      partition,
      lineage: this.#lineage,
      baseOffset: this.#baseOffset,
      status,
      reason,
    }
  }

  async #writeProgress(committed: PartitionMeta): Promise<void> {
    const { topic, partition, ledger } = this.#options
    await ledger.writeProgress({
      topic,
      partition,
      lineage: this.#lineage,
      next: committed.next,
      streamTimeMs: committed.streamTimeMs,
      bookedThrough:
        Math.min(hourOf(committed.streamTimeMs), ...this.#partition.ledger.hours.keys()) - 1,
      flushedThrough: committed.next,
    })
  }
}
