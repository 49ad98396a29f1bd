// LedgerSink in memory: the twin of the ClickHouse ledger, with the semantics of ReplacingMergeTree
// read with FINAL. Per key the highest version wins, of equal versions the last inserted. The same
// contract suite runs against both (test/contract/ledger-sink.contract.ts).
import { TABLES } from '../../core/tables.ts'
import type { LedgerRow, TableName } from '../../core/tables.ts'
import type {
  BookedRange,
  LedgerSink,
  LineageRow,
  PartitionCountRow,
  ProgressRow,
  SkipRow,
} from '../../ports/ledger-sink.ts'

const HOUR_MS = 3_600_000
const STATUS_RANK: Record<LineageRow['status'], number> = { building: 1, active: 2, retired: 3 }

/** Position of the lineage in a table's rows; the partition follows it. */
const LINEAGE_AT = Object.fromEntries(
  TABLES.map((spec) => [spec.name, 1 + spec.dimensions.length]),
) as Readonly<Record<TableName, number>>

export interface MemoryLedger extends LedgerSink {
  /** The winning rows of a table, of every lineage and hour, in the order their keys first came. */
  rows(table: TableName): LedgerRow[]
}

export function createMemoryLedger(): MemoryLedger {
  const tables = new Map<TableName, Map<string, LedgerRow>>(TABLES.map((t) => [t.name, new Map()]))
  const lineageRows = new Map<string, LineageRow>()
  const progressRows = new Map<string, ProgressRow>()
  const skipRows = new Map<string, SkipRow>()
  const countRows = new Map<string, PartitionCountRow>()
  const winners = (table: TableName): Map<string, LedgerRow> => tables.get(table) ?? new Map()
  return {
    insert: async (table, rows) => {
      for (const row of rows) keepNewest(winners(table), keyOf(table, row), row)
    },
    read: async (table, range) =>
      [...winners(table).values()].filter((row) => isInRange(table, row, range)),
    writeLineages: async (rows) => {
      for (const row of rows) {
        const held = lineageRows.get(stateKey(row))
        if (held === undefined || STATUS_RANK[row.status] >= STATUS_RANK[held.status]) {
          lineageRows.set(stateKey(row), row)
        }
      }
    },
    writeProgress: async (row) => {
      const held = progressRows.get(stateKey(row))
      if (held === undefined || row.next >= held.next) progressRows.set(stateKey(row), row)
    },
    lineages: async (topic, partition) => ofState(lineageRows, topic, partition),
    progress: async (topic, partition) => ofState(progressRows, topic, partition),
    writeSkip: async (row) => {
      skipRows.set(JSON.stringify([row.topic, row.partition, row.from, row.to]), row)
    },
    skips: async (topic, partition) =>
      [...skipRows.values()]
        .filter((row) => row.topic === topic && row.partition === partition)
        .sort((a, b) => a.from - b.from || a.to - b.to),
    writePartitionCounts: async (rows) => {
      for (const row of rows) {
        countRows.set(JSON.stringify(row), row)
      }
    },
    partitionCounts: async (topic, partition) =>
      [...countRows.values()]
        .filter((row) => row.topic === topic && row.partition === partition)
        .sort((a, b) => a.fromOffset - b.fromOffset || a.count - b.count),
    rows: (table) => [...winners(table).values()],
  }
}

function keepNewest(winners: Map<string, LedgerRow>, key: string, row: LedgerRow): void {
  const held = winners.get(key)
  if (held === undefined || versionOf(row) >= versionOf(held)) winners.set(key, row)
}

/** The sorting key: booked hour, dimensions, lineage, partition. */
function keyOf(table: TableName, row: LedgerRow): string {
  return JSON.stringify(row.slice(0, LINEAGE_AT[table] + 2))
}

function versionOf(row: LedgerRow): bigint {
  return BigInt(String(row.at(-1)))
}

function isInRange(table: TableName, row: LedgerRow, range: BookedRange): boolean {
  const lineageAt = LINEAGE_AT[table]
  if (row[lineageAt] !== range.lineage || row[lineageAt + 1] !== range.partition) return false
  const hour = hourNumber(String(row[0]))
  return hour >= range.hourFrom && hour <= range.hourTo
}

/** The hour of `YYYY-MM-DD hh:mm:ss`. */
function hourNumber(text: string): number {
  const [year, month, day, hour] = [
    text.slice(0, 4),
    text.slice(5, 7),
    text.slice(8, 10),
    text.slice(11, 13),
  ]
  return Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour)) / HOUR_MS
}

interface StateRow {
  readonly topic: string
  readonly partition: number
  readonly lineage: string
}

function stateKey(row: StateRow): string {
  return JSON.stringify([row.topic, row.partition, row.lineage])
}

/** Rows of one partition's state, by lineage as a number. */
function ofState<Row extends StateRow>(
  rows: ReadonlyMap<string, Row>,
  topic: string,
  partition: number,
): Row[] {
  return [...rows.values()]
    .filter((row) => row.topic === topic && row.partition === partition)
    .sort((a, b) => (BigInt(a.lineage) < BigInt(b.lineage) ? -1 : 1))
}
