// ClickHouse: the production twin with its ReplacingMergeTree, and every insert that ever came, so
// that one can land a second time, and each row can be judged in the end.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { LedgerSink, LineageRow, ProgressRow } from '../../src/ports/ledger-sink.ts'
import type { Network } from './network.ts'
import type { CallName } from './plan.ts'
import type { SimProcess } from './sim-process.ts'

export interface Insert {
  readonly table: TableName
  readonly rows: readonly LedgerRow[]
}

export interface ClickHouseOptions {
  /** The highest offset that was ever committed in a lineage. */
  readonly reached: (partition: number, lineage: string) => number
  /** The log end that a lineage must have reached to be summed. */
  readonly activeAt: (partition: number, lineage: string) => number
  readonly fail: (failure: string) => void
}

const OFFSET_MASK = (1n << 48n) - 1n
const LINEAGE_AT = new Map(TABLES.map(({ name, dimensions }) => [name, 1 + dimensions.length]))

export class SimClickHouse {
  readonly #options: ClickHouseOptions
  readonly ledger = createMemoryLedger()
  /** All that were stored, in their order. */
  readonly inserts: Insert[] = []
  readonly #statuses = new Map<number, Map<string, LineageRow['status']>>()
  readonly #progress = new Map<string, ProgressRow>()

  constructor(options: ClickHouseOptions) {
    this.#options = options
  }

  /** Lineages of a partition with what was last said of each. */
  statuses(partition: number): ReadonlyMap<string, LineageRow['status']> {
    return this.#statuses.get(partition) ?? new Map()
  }

  /** How far all rows of a lineage have landed, as was claimed; -1: nothing was. */
  flushedThrough(partition: number, lineage: string): number {
    return this.#progress.get(`${lineage} ${partition}`)?.flushedThrough ?? -1
  }

  /** The insert `back` before the last lands once more. */
  insertAgain(back: number): void {
    const insert = this.inserts.at(-1 - back)
    if (insert !== undefined) void this.ledger.insert(insert.table, insert.rows)
  }

  /** As a process reaches it, or as it is (null: nothing goes wrong). */
  port(network: Network | null, process: SimProcess | null): LedgerSink {
    const { ledger } = this
    const call = <T>(name: CallName, effect: () => Promise<T>): Promise<T> =>
      network === null ? effect() : network.call(process!, name, effect)
    const ask = <T>(effect: () => Promise<T>): Promise<T> => call('clickhouse.ask', effect)
    return {
      insert: (table, rows) =>
        call('clickhouse.insert', () => {
          this.inserts.push({ table, rows })
          this.#expectCommitted(table, rows)
          return ledger.insert(table, rows)
        }),
      read: (table, range) => call('clickhouse.read', () => ledger.read(table, range)),
      writeLineages: (rows) => call('clickhouse.lineage', () => this.#writeLineages(rows)),
      writeProgress: (row) => call('clickhouse.progress', () => this.#writeProgress(row)),
      lineages: (topic, partition) =>
        ask(() => {
          process?.toldLineages.set(partition, this.statuses(partition).size > 0)
          return ledger.lineages(topic, partition)
        }),
      progress: (topic, partition) => ask(() => ledger.progress(topic, partition)),
      writeSkip: (row) => call('clickhouse.lineage', () => ledger.writeSkip(row)),
      skips: (topic, partition) => ask(() => ledger.skips(topic, partition)),
      writePartitionCounts: (rows) =>
        call('clickhouse.lineage', () => ledger.writePartitionCounts(rows)),
      partitionCounts: (topic, partition) => ask(() => ledger.partitionCounts(topic, partition)),
    }
  }

  /** What is not in the state yet may still come to nothing: it is not published. */
  #expectCommitted(table: TableName, rows: readonly LedgerRow[]): void {
    const at = LINEAGE_AT.get(table)!
    for (const row of rows) {
      const reached = this.#options.reached(Number(row[at + 1]), String(row[at]))
      const offset = Number(BigInt(String(row.at(-1))) & OFFSET_MASK)
      if (offset < reached) continue
      this.#options.fail(`${table}: published before it was committed: ${JSON.stringify(row)}`)
    }
  }

  #writeLineages(rows: readonly LineageRow[]): Promise<void> {
    const { reached, activeAt, fail } = this.#options
    for (const { partition, lineage, status } of rows) {
      const isComplete = reached(partition, lineage) >= activeAt(partition, lineage)
      if (status === 'active' && !isComplete) {
        fail(`lineage ${lineage} of partition ${partition} is summed before it is complete`)
      }
      const of = this.#statuses.get(partition) ?? new Map<string, LineageRow['status']>()
      this.#statuses.set(partition, of.set(lineage, status))
    }
    return this.ledger.writeLineages(rows)
  }

  #writeProgress(row: ProgressRow): Promise<void> {
    const key = `${row.lineage} ${row.partition}`
    if ((this.#progress.get(key)?.next ?? -1) <= row.next) this.#progress.set(key, row)
    return this.ledger.writeProgress(row)
  }
}
