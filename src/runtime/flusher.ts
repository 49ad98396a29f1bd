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
import { HeldRows } from './held-rows.ts'
import { isReplaced, replacedHalt } from './lineage-in-force.ts'
import { WORDS_MAX, newRoom, publishTogether } from './publish.ts'
import type { Room, Snapshot, TableSnapshot } from './publish.ts'

export class Flusher {
  readonly #options: PartitionOptions
  readonly #partition: Partition
  readonly #lineage: string
  readonly #clusterId: string
  readonly #baseOffset: number
  readonly #names: RowNames
  #activeAt: number
  #hasLineage = false
  #isReplaced = false
  /** The progress that was written last. */
  #claimed = ''

  constructor(options: PartitionOptions, partition: Partition, meta: PartitionMeta) {
    this.#options = options
    this.#partition = partition
    this.#lineage = meta.lineage
    this.#clusterId = meta.clusterId
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
   * Rows that have not landed, as of `committed`, whose state memory must be in; so many as there
   * is room for.
   */
  snapshot(committed: PartitionMeta, room: Room = newRoom()): Snapshot {
    const tables = TABLES.map((_, table) => this.#snapshot(table, room))
    return { tables, committed, isWhole: room.rows > 0 && room.words > 0 }
  }

  /** Inserts the snapshot; versions that have moved on meanwhile stay unflushed. */
  async publish(snapshot: Snapshot): Promise<void> {
    await publishTogether([{ flusher: this, snapshot }], this.#options)
  }

  /** Says how far all rows have landed, after those of a whole snapshot have. */
  async claim({ committed }: Snapshot): Promise<void> {
    await this.#writeProgress(committed)
    await this.#activate(committed)
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
      const range = this.#range(hour, hour)
      const held = new HeldRows(table, await this.#options.ledger.read(name, range))
      for (const [row, offset, text] of landed) {
        if (held.has(text) || booked.tables[table]!.offsets[row] !== offset) continue
        if (held.hasNewer(text)) continue
        booked.tables[table]!.markLost(row)
        lost++
      }
    }
    this.#tellLost(lost)
    return lost
  }

  #tellLost(rows: number): void {
    if (rows === 0) return
    const { telemetry, partition } = this.#options
    telemetry.count('rows_resent', partition, rows)
    const message = 'ClickHouse does not hold rows that it had acknowledged; they are sent again'
    telemetry.log('warn', 'rows_resent', message, { partition, rows })
  }

  /** Drops the hours from memory, after the store has dropped them. */
  async forgotten(hours: readonly number[], committed: PartitionMeta): Promise<void> {
    const { telemetry, partition, probe } = this.#options
    await probe.at('forgotten')
    for (const hour of hours) this.#partition.ledger.forget(hour)
    telemetry.count('hours_forgotten', partition, hours.length)
    const message = 'booked hours were verified in ClickHouse and removed from the store'
    const fields = { partition, hours: hours.length, last: hours.at(-1)! }
    telemetry.log('debug', 'hours_forgotten', message, fields)
    await this.#writeProgress(committed)
  }

  #snapshot(table: number, room: Room): TableSnapshot {
    const { telemetry, partition } = this.#options
    const rows: LedgerRow[] = []
    const notes: (() => void)[] = []
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
      notes.push(() => {
        for (const [row, offset] of noted) booked.markLanded(row, offset)
      })
    }
    const landed = (): void => {
      for (const note of notes) note()
      telemetry.count('rows_landed', partition, rows.length)
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
    let lostRows = 0
    const range = this.#range(hours[0]!, hours.at(-1)!)
    for (const [table, { name }] of TABLES.entries()) {
      const isEmpty = hours.every((hour) => this.#table(hour, table).rows.count === 0)
      if (isEmpty) continue
      const held = new HeldRows(table, await ledger.read(name, range))
      for (const hour of hours) {
        const booked = this.#table(hour, table)
        for (let row = 0; row < booked.rows.count; row++) {
          const text = JSON.stringify(this.#row(table, booked, row, hour))
          if (held.has(text)) continue
          lost.add(hour)
          if (held.hasNewer(text)) continue
          booked.markLost(row)
          lostRows++
        }
      }
    }
    this.#tellLost(lostRows)
    await probe.at('verified')
    return hours.filter((hour) => !lost.has(hour))
  }

  #range(hourFrom: number, hourTo: number): BookedRange {
    const { topic, partition } = this.#options
    return { topic, partition, lineage: this.#lineage, hourFrom, hourTo }
  }

  #table(hour: number, table: number): BookedTable {
    return this.#partition.ledger.hours.get(hour)!.tables[table]!
  }

  /**
   * The lineage stands in the ledger before its first row does. Throws PartitionHalt for one that
   * an operator has replaced since.
   */
  async writeLineage(): Promise<void> {
    if (this.#hasLineage) return
    const { topic, partition, ledger } = this.#options
    const known = await ledger.lineages(topic, partition)
    this.#isReplaced = isReplaced({ lineage: this.#lineage, clusterId: this.#clusterId }, known)
    if (this.#isReplaced) throw replacedHalt()
    if (!known.some(({ lineage }) => lineage === this.#lineage)) {
      const status = this.#activeAt > 0 ? 'building' : 'active'
      await ledger.writeLineages([this.#lineageRow(status, 'first')])
    }
    this.#hasLineage = true
  }

  /** Nothing of it may land any more. */
  get isReplaced(): boolean {
    return this.#isReplaced
  }

  /** A lineage that was being built takes the place of the others, in one insert. */
  async #activate({ next }: PartitionMeta): Promise<void> {
    if (this.#activeAt === 0 || next < this.#activeAt) return
    const { topic, partition, ledger, telemetry } = this.#options
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
    const message = 'the lineage that was being built takes the place of the others'
    const fields = { partition, lineage: this.#lineage, retired: others.length }
    telemetry.log('info', 'lineage_activated', message, fields)
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

  /** Not twice the same: a quiet partition is flushed again and again. */
  async #writeProgress({ next, streamTimeMs }: PartitionMeta): Promise<void> {
    const { topic, partition, ledger } = this.#options
    const bookedThrough = Math.min(hourOf(streamTimeMs), ...this.#partition.ledger.hours.keys()) - 1
    const claim = `${next} ${streamTimeMs} ${bookedThrough}`
    if (claim === this.#claimed) return
    const lineage = this.#lineage
    const flushedThrough = next
    const row = { topic, partition, lineage, next, streamTimeMs, bookedThrough, flushedThrough }
    await ledger.writeProgress(row)
    this.#claimed = claim
  }
}
