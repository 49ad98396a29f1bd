// The end of a run: every row of every lineage as the oracle has it, no row that it does not have,
// in no version that it does not have, and every refused record among the dead letters before its
// commit.
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { Lineage } from './book.ts'
import { expectedOf, publishedRow } from './expected-log.ts'
import type { ExpectedLog } from './expected-log.ts'
import type { Insert } from './sim-clickhouse.ts'

/** Position of the lineage in a table's rows. */
const LINEAGE_AT = new Map(TABLES.map(({ name, dimensions }) => [name, 1 + dimensions.length]))

export interface CheckedLineage {
  readonly lineage: Lineage
  readonly expected: ExpectedLog
}

/** Rows of the ledger, by lineage, then by table and text. */
export function rowsByLineage(
  tables: Iterable<readonly [TableName, readonly LedgerRow[]]>,
): Map<string, Map<string, string>> {
  const found = new Map<string, Map<string, string>>()
  for (const [table, rows] of tables) {
    const at = LINEAGE_AT.get(table)!
    for (const row of rows) {
      const lineage = String(row[at])
      let of = found.get(lineage)
      if (of === undefined) found.set(lineage, (of = new Map()))
      of.set(keyOf(table, row), JSON.stringify(row))
    }
  }
  return found
}

const keyOf = (table: TableName, row: LedgerRow): string =>
  `${table} ${JSON.stringify(row.slice(0, LINEAGE_AT.get(table)))}`

/** What differs, in sentences: the rows there are from those there must be, up to `next`. */
export function differences(
  { lineage, expected }: CheckedLineage,
  next: number,
  found: ReadonlyMap<string, string>,
): string[] {
  const wanted = new Map<string, LedgerRow>()
  for (const version of expected.versions) {
    if (version.row.offset >= next) continue
    const row = publishedRow(version, lineage.meta, lineage.partition)
    wanted.set(keyOf(version.table, row), row)
  }
  const texts: string[] = []
  for (const [key, row] of wanted) {
    const text = JSON.stringify(row)
    const is = found.get(key)
    if (is !== text) texts.push(`${tableOf(key)}: ${is ?? 'no row'} instead of ${text}`)
  }
  for (const [key, row] of found) {
    if (!wanted.has(key)) texts.push(`${tableOf(key)}: a row too many: ${row}`)
  }
  return texts
}

const tableOf = (key: string): string => key.slice(0, key.indexOf(' '))

/** Rows that were inserted at any time although they are no version of the lineage's. */
export function strangers(
  lineages: readonly CheckedLineage[],
  inserts: readonly Insert[],
): string[] {
  const known = new Map<string, Map<string, LedgerRow>>()
  for (const { lineage, expected } of lineages) {
    const versions = new Map<string, LedgerRow>()
    known.set(`${lineage.meta.lineage} ${lineage.partition}`, versions)
    for (const version of expected.versions) {
      const row = publishedRow(version, lineage.meta, lineage.partition)
      versions.set(`${keyOf(version.table, row)} ${String(row.at(-1))}`, row)
    }
  }
  const wrong: string[] = []
  const seen = new Set<LedgerRow>()
  for (const { table, rows } of inserts) {
    const at = LINEAGE_AT.get(table)!
    for (const row of rows) {
      if (seen.has(row)) continue
      seen.add(row)
      const versions = known.get(`${String(row[at])} ${String(row[at + 1])}`)
      const version = versions?.get(`${keyOf(table, row)} ${String(row.at(-1))}`)
      const text = JSON.stringify(row)
      if (version === undefined) wrong.push(`${table}: no such version was ever: ${text}`)
      else if (JSON.stringify(version) !== text) {
        wrong.push(`${table}: ${text} was inserted, this version is ${JSON.stringify(version)}`)
      }
    }
  }
  return wrong
}

export const checkedLineage = (
  lineage: Lineage,
  log: Parameters<typeof expectedOf>[0],
): CheckedLineage => ({
  lineage,
  expected: expectedOf(log),
})
