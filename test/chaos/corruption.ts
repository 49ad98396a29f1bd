// One row of ClickHouse is changed by hand while its hour is open: an audit must name it, and the
// rolling re-check of the worker that goes on must put it right.
import { setTimeout as sleep } from 'node:timers/promises'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import type { LedgerRow } from '../../src/core/tables.ts'
import { EXIT } from '../../src/ports/errors.ts'
import type { Crew } from './crew.ts'
import {
  PARTITIONS,
  PARTITION_NUMBERS,
  RECHECK_EVERY_MS,
  TOPIC,
  runProgram,
} from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'

const HOUR_MS = 3_600_000
const TABLE = 'intake'
/** Place of `records` in its rows: after booked hour, outcome, reason, lineage, partition. */
const MEASURE = 5
const WRONG = '4711'
/** The re-check may be faster than the audit; then the row is changed again. */
const ATTEMPTS = 8
/** One worker may hold all partitions, and of each look at five hours before the changed one. */
const REPAIRED_WITHIN_MS = 6 * PARTITIONS * RECHECK_EVERY_MS

/** Nobody produces, and everything has landed. Resolves to how often a changed row was found. */
export async function corruptAndAudit(surroundings: Surroundings, crew: Crew): Promise<number> {
  const ledger = createClickHouseLedger(surroundings.db)
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const partition = PARTITION_NUMBERS[attempt % PARTITION_NUMBERS.length]!
    const [place] = await openHours(surroundings, partition)
    if (place === undefined) continue
    const read = async (): Promise<readonly LedgerRow[]> =>
      ledger.read(TABLE, { topic: TOPIC, partition, ...place })
    const [row] = await read()
    if (row === undefined) continue
    await ledger.insert(TABLE, [row.map((value, i) => (i === MEASURE ? WRONG : value))])
    const audit = ['audit', '--quiet', '--partition', String(partition)]
    const { exitCode, stdout } = await runProgram(audit, surroundings.env)
    const isNamed = exitCode === EXIT.unexpected && stdout.includes(WRONG)
    if (exitCode !== EXIT.ok && !isNamed) {
      crew.findings.add(`an audit of a changed row ended with ${exitCode}:\n${stdout}`)
    }
    const deadline = Date.now() + REPAIRED_WITHIN_MS
    const isWrong = async (): Promise<boolean> => JSON.stringify(await read()).includes(WRONG)
    while (Date.now() < deadline && (await isWrong())) await sleep(100)
    if (await isWrong()) crew.findings.add(`nobody has repaired ${JSON.stringify(row)}`)
    if (isNamed) return 1
  }
  return 0
}

/** The hour that stream time stands in, of the lineage that counts. */
async function openHours({ db }: Surroundings, partition: number) {
  const sql = `SELECT lineage, stream_time FROM progress FINAL
    WHERE topic = '${TOPIC}' AND partition = ${partition}`
  const rows = await db.rows<[string, string]>(sql)
  return rows.map(([lineage, time]) => {
    const hour = Math.floor(Date.parse(`${time.replace(' ', 'T')}Z`) / HOUR_MS)
    return { lineage, hourFrom: hour, hourTo: hour }
  })
}
