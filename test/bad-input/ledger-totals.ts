// All that stands in ClickHouse, summed over booked hours, against the oracle's totals of the same
// log: every table, every row, every measure.
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableSpec } from '../../src/core/tables.ts'
import type { LogRecord } from '../oracle/log.ts'
import { batchTotals } from '../oracle/oracle.ts'

const HOUR_MAX = 1_000_000

export interface TotalsFound {
  /** Of the ledger, before they are summed. */
  readonly rows: number
  readonly differences: readonly string[]
}

/** @param logs by partition */
export async function checkTotals(
  db: ClickHouse,
  topic: string,
  logs: readonly (readonly LogRecord[])[],
  settings: Settings,
): Promise<TotalsFound> {
  const ledger = createClickHouseLedger(db)
  const differences: string[] = []
  let rows = 0
  for (const [partition, log] of logs.entries()) {
    const wanted = batchTotals(log, settings)
    const lineages = await ledger.lineages(topic, partition)
    if (lineages.length !== 1)
      throw new Error(`partition ${partition}: ${lineages.length} lineages`)
    for (const spec of TABLES) {
      const range = {
        topic,
        partition,
        lineage: lineages[0]!.lineage,
        hourFrom: 0,
        hourTo: HOUR_MAX,
      }
      const found = await ledger.read(spec.name, range)
      rows += found.length
      const sums = sumsOf(spec, found)
      const texts = [...wanted.get(spec.name)!.values()].map(
        ({ dimensions, measures }) => [JSON.stringify(dimensions), measures.join(' ')] as const,
      )
      for (const [row, measures] of texts) {
        const sum = sums.get(row) ?? 'nothing'
        sums.delete(row)
        if (sum === measures) continue
        differences.push(`${spec.name} ${row}: ${sum}, and should be ${measures}`)
      }
      for (const [row, sum] of sums) {
        differences.push(`${spec.name} ${row}: ${sum}, and should not be there`)
      }
    }
  }
  return { rows, differences }
}

/** Dimensions as JSON to measures; rows of zeros are none. */
function sumsOf(
  { dimensions, measures }: TableSpec,
  rows: readonly LedgerRow[],
): Map<string, string> {
  const sums = new Map<string, bigint[]>()
  for (const row of rows) {
    const key = JSON.stringify(row.slice(1, 1 + dimensions.length))
    const first = 1 + dimensions.length + 2
    const amounts = measures.map((_, i) => BigInt(String(row[first + i])))
    const before = sums.get(key)
    sums.set(key, before === undefined ? amounts : amounts.map((one, i) => one + before[i]!))
  }
  const held = [...sums].filter(([, amounts]) => amounts.some((one) => one !== 0n))
  return new Map(held.map(([key, amounts]) => [key, amounts.join(' ')]))
}
