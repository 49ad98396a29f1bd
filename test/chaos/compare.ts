// Every row of every table against the oracle's, raw: booked hour, dimensions, lineage, partition,
// measures and version; and the dead letters against the records that the oracle refuses.
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LogRecord } from '../oracle/log.ts'
import { runOracle, toLedgerRow } from '../oracle/oracle.ts'

const HOUR_MAX = 1_000_000
const SHOWN = 3

/** What the oracle makes of all logs. */
export interface Figures {
  records: number
  rows: number
  /** Booked hours with rows, over all partitions. */
  bookedHours: number
  /** Paths that lapsed. */
  lapses: number
  /** Rows that take something back: a measure is below zero. */
  retractions: number
  /** Records that belong into the dead-letter topic. */
  refused: number
}

export interface Comparison {
  readonly figures: Figures
  /** Sentences that name the first rows that differ; none: all is equal. */
  readonly differences: readonly string[]
}

export async function compareWithOracle(
  db: ClickHouse,
  on: { readonly topic: string; readonly settings: Settings; readonly letters: Set<string> },
  logs: readonly (readonly LogRecord[])[],
): Promise<Comparison> {
  const ledger = createClickHouseLedger(db)
  const figures = { records: 0, rows: 0, bookedHours: 0, lapses: 0, retractions: 0, refused: 0 }
  const differences: string[] = []
  for (const [partition, log] of logs.entries()) {
    const { outcomes, rows } = runOracle(log, on.settings)
    figures.records += log.length
    differences.push(...missingLetters(partition, log, outcomes, on.letters, figures))
    const lineages = await ledger.lineages(on.topic, partition)
    const lineage = lineages.find(({ status }) => status === 'active')?.lineage ?? ''
    // Each that was begun anew has its generation.
    const generation = lineages.length
    const hours = new Set<number>()
    for (const { name, measures } of TABLES) {
      const wanted = new Set<string>()
      for (const row of rows.get(name)!.values()) {
        hours.add(row.bookedHour)
        figures.rows++
        if (row.measures.some((amount) => amount < 0n)) figures.retractions++
        if (name === 'paths') figures.lapses += Number(row.measures[measures.indexOf('lapses')])
        wanted.add(JSON.stringify(toLedgerRow(row, { lineage, partition, generation })))
      }
      const range = { topic: on.topic, partition, lineage, hourFrom: 0, hourTo: HOUR_MAX }
      const found = (await ledger.read(name, range)).map((row) => JSON.stringify(row))
      differences.push(...differencesOf(`${name} of partition ${partition}`, wanted, found))
    }
    figures.bookedHours += hours.size
  }
  return { figures, differences }
}

function differencesOf(where: string, wanted: Set<string>, found: readonly string[]): string[] {
  const held = new Set(found)
  const missing = [...wanted].filter((row) => !held.has(row))
  const wrong = found.filter((row) => !wanted.has(row))
  const says = (what: string, rows: readonly string[]): string[] =>
    rows.length === 0
      ? []
      : [`${where}: ${rows.length} rows ${what}: ${rows.slice(0, SHOWN).join(' ')}`]
  return [...says('are missing', missing), ...says('should not be there', wrong)]
}

function missingLetters(
  partition: number,
  log: readonly LogRecord[],
  outcomes: readonly string[],
  letters: ReadonlySet<string>,
  figures: Figures,
): string[] {
  const missing: string[] = []
  for (const [i, record] of log.entries()) {
    const outcome = outcomes[i]!
    if (!['rejected', 'late', 'overflow'].includes(outcome)) continue
    figures.refused++
    const reason = record.kind === 'rejected' ? record.reason : outcome
    const letter = `${partition}/${record.offset} ${reason}`
    if (!letters.has(letter)) missing.push(letter)
  }
  if (missing.length === 0) return []
  const shown = missing.slice(0, SHOWN).join(', ')
  return [`${missing.length} dead letters of partition ${partition} are missing: ${shown}`]
}
