// ClickHouse: the production twin with its ReplacingMergeTree, and every insert that ever came, so
// that one can land a second time, and each row can be judged in the end.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { LedgerSink, LineageRow, ProgressRow } from '../../src/ports/ledger-sink.ts'
import type { Network } from './network.ts'
import type { CallName } from './plan.ts'
import type { SimProcess } from './sim-process.ts'

export interface Insert {
  readonly table: TableName
  readonly rows: readonly LedgerRow[]
}

export class SimClickHouse {
  readonly ledger = createMemoryLedger()
  /** All that were stored, in their order. */
  readonly inserts: Insert[] = []
  readonly #statuses = new Map<number, Map<string, LineageRow['status']>>()
  readonly #progress = new Map<string, ProgressRow>()

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
          return ledger.insert(table, rows)
        }),
      read: (table, range) => call('clickhouse.read', () => ledger.read(table, range)),
      writeLineages: (rows) => call('clickhouse.lineage', () => this.#writeLineages(rows)),
      writeProgress: (row) => call('clickhouse.progress', () => this.#writeProgress(row)),
      lineages: (topic, partition) => ask(() => ledger.lineages(topic, partition)),
      progress: (topic, partition) => ask(() => ledger.progress(topic, partition)),
      writeSkip: (row) => call('clickhouse.lineage', () => ledger.writeSkip(row)),
      skips: (topic, partition) => ask(() => ledger.skips(topic, partition)),
      writePartitionCounts: (rows) =>
        call('clickhouse.lineage', () => ledger.writePartitionCounts(rows)),
      partitionCounts: (topic, partition) => ask(() => ledger.partitionCounts(topic, partition)),
    }
  }

  #writeLineages(rows: readonly LineageRow[]): Promise<void> {
    for (const { partition, lineage, status } of rows) {
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
