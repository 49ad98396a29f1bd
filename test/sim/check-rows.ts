// The end of a run: every row of every lineage as the oracle has it, no row that it does not have,
// and none ever inserted in a version that it does not have. Rows are compared as texts; only where
// some differ is it looked for which.
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { Lineage } from './book.ts'
import { publishedRow } from './expected-log.ts'
import type { ExpectedLog } from './expected-log.ts'
import type { Insert } from './sim-clickhouse.ts'

/** Position of the lineage in a table's rows; the partition follows it. */
const LINEAGE_AT = new Map(TABLES.map(({ name, dimensions }) => [name, 1 + dimensions.length]))

export interface CheckedLineage {
  readonly lineage: Lineage
  readonly expected: ExpectedLog
}

/** The texts of all versions of the lineages' rows, in the order of `expected.versions`. */
export const versionTexts = ({ lineage, expected }: CheckedLineage): string[] =>
  expected.versions.map(
    (version) =>
      `${version.table} ${JSON.stringify(publishedRow(version, lineage.meta, lineage.partition))}`,
  )

/** Of each row that was ever inserted its text, written once: the ledger holds the same rows. */
export function textsOf(inserts: readonly Insert[]): Map<LedgerRow, string> {
  const texts = new Map<LedgerRow, string>()
  for (const { table, rows } of inserts) {
    for (const row of rows) texts.set(row, `${table} ${JSON.stringify(row)}`)
  }
  return texts
}

/** Texts of the ledger's rows by lineage. */
export function textsByLineage(
  tables: Iterable<readonly [TableName, readonly LedgerRow[]]>,
  texts: ReadonlyMap<LedgerRow, string>,
): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const [table, rows] of tables) {
    const at = LINEAGE_AT.get(table)!
    for (const row of rows) {
      const lineage = String(row[at])
      let of = found.get(lineage)
      if (of === undefined) found.set(lineage, (of = new Set()))
      of.add(texts.get(row)!)
    }
  }
  return found
}

/** What differs, in sentences: the rows there are from those there must be, up to `next`. */
export function differences(
  { expected }: CheckedLineage,
  texts: readonly string[],
  next: number,
  found: ReadonlySet<string>,
): string[] {
  const last = new Map<string, string>()
  for (const [i, { table, key, row }] of expected.versions.entries()) {
    if (row.offset < next) last.set(`${table} ${key}`, texts[i]!)
  }
  const wanted = new Set(last.values())
  const missing = [...wanted].filter((text) => !found.has(text))
  const spare = [...found].filter((text) => !wanted.has(text))
  return [
    ...missing.map((text) => {
      const other = spare.find((one) => keyOf(one) === keyOf(text))
      return `${other ?? 'no row'} instead of ${text}`
    }),
    ...spare
      .filter((text) => !missing.some((one) => keyOf(one) === keyOf(text)))
      .map((text) => `a row too many: ${text}`),
  ]
}

/** Table, booked hour, dimensions, lineage and partition of a row's text. */
function keyOf(text: string): string {
  const table = text.slice(0, text.indexOf(' ')) as TableName
  const row = JSON.parse(text.slice(table.length)) as LedgerRow
  return JSON.stringify([table, row.slice(0, LINEAGE_AT.get(table)! + 2)])
}

/** Rows that were inserted at any time although they are no version that there ever was. */
export function strangers(known: ReadonlySet<string>, inserted: Iterable<string>): string[] {
  const wrong = new Set<string>()
  for (const text of inserted) {
    if (!known.has(text)) wrong.add(`no such version was ever, but inserted: ${text}`)
  }
  return [...wrong]
}
