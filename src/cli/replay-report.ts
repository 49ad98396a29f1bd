// What a replay reports: numbers read back by SQL from the views, so that they are those of the
// CSVs.
import Table from 'cli-table3'
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { REJECTED_FILE } from '../adapters/files/rejected-file.ts'
import type { FileInput } from '../adapters/files/file-input.ts'
import type { PartitionWorker } from '../runtime/partition-worker.ts'
import type { LocalLedger } from './local-ledger.ts'

export interface ReplayReport {
  /** By outcome; rejected ones by `rejected: <reason>`. */
  readonly records: Readonly<Record<string, number>>
  readonly journeys: number
  readonly touchpoints: number
  readonly conversions: Readonly<Record<string, number>>
  readonly lapsedPaths: number
  readonly openPaths: number
}

const STEPS = `
  SELECT sumIf(observed, to_state NOT IN ('(conversion)', '(null)')),
    sumIf(observed, to_state = '(null)'),
    sumIf(observed, to_state NOT IN ('(conversion)', '(null)')) - sumIf(observed, from_state != '(start)')
  FROM bi_transitions`

export async function readReport(db: ClickHouse, worker: PartitionWorker): Promise<ReplayReport> {
  const records = await counts(
    db,
    `SELECT outcome || if(reason = '', '', ': ' || reason), sum(records) FROM bi_intake
     GROUP BY 1 ORDER BY 1`,
  )
  const conversions = await counts(
    db,
    `SELECT goal, sum(conversions) FROM bi_conversions WHERE goal != '' GROUP BY 1 ORDER BY 1`,
  )
  const [steps] = await db.rows<[string, string, string]>(STEPS)
  const [touchpoints, lapsedPaths, openPaths] = (steps ?? [0, 0, 0]).map(Number)
  return {
    records,
    // Nothing is evicted in a local run: the persons in memory are all that have ever come.
    journeys: worker.partition?.journeys.size ?? 0,
    touchpoints: touchpoints!,
    conversions,
    lapsedPaths: lapsedPaths!,
    openPaths: openPaths!,
  }
}

async function counts(db: ClickHouse, sql: string): Promise<Record<string, number>> {
  const rows = await db.rows<[string, string]>(sql)
  return Object.fromEntries(rows.map(([name, count]) => [name, Number(count)]))
}

export function printReport(
  report: ReplayReport,
  run: {
    readonly input: FileInput
    readonly ledger: LocalLedger
    readonly out: string | undefined
    readonly json: boolean
  },
): void {
  process.stdout.write(run.json ? `${JSON.stringify(report)}\n` : `${tableOf(report)}\n`)
  const { input, ledger, out } = run
  const remarks = [
    ...input.skipped.map((name) => `${name}: left out, no event file`),
    ...(input.directChannels > 0
      ? [`conversions and refunds without a channel, counted as (direct): ${input.directChannels}`]
      : []),
    ...(out === undefined ? [] : [`views and ${REJECTED_FILE} are in ${out}`]),
    ledger.folder === null
      ? `the ledger is in ${ledger.db.database} at ${ledger.db.place}`
      : `query the ledger: tributary sql --db ${ledger.folder} "SELECT * FROM bi_credits LIMIT 10"`,
  ]
  process.stderr.write(remarks.map((line) => `${line}\n`).join(''))
}

function tableOf(report: ReplayReport): string {
  const table = new Table({ colAligns: ['left', 'right'], style: { head: [], border: [] } })
  const line = (name: string, count: number): number =>
    table.push([name, count.toLocaleString('en-US')])
  for (const [outcome, count] of Object.entries(report.records)) line(`records ${outcome}`, count)
  line('journeys', report.journeys)
  line('touchpoints', report.touchpoints)
  for (const [goal, count] of Object.entries(report.conversions)) {
    line(`conversions of ${goal}`, count)
  }
  line('lapsed paths', report.lapsedPaths)
  line('open paths', report.openPaths)
  return table.toString()
}
