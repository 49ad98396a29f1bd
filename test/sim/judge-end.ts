// The verdict on what a run has left behind.
import { TABLES } from '../../src/core/tables.ts'
import { differences, strangers, textsByLineage, textsOf, versionTexts } from './check-rows.ts'
import type { CheckedLineage } from './check-rows.ts'
import { expectedOf } from './expected-log.ts'
import type { Lineage } from './book.ts'
import type { SimWorld } from './sim-world.ts'

const END = Number.MAX_SAFE_INTEGER
const NONE: ReadonlySet<string> = new Set()

export function judgeEnd(world: SimWorld): void {
  const { book, clickhouse, log } = world
  const checked = book.lineages.map((lineage): CheckedLineage => {
    const { partition, settings, epoch, meta, counts } = lineage
    const written = log.written(epoch, partition)
    const base = meta.baseOffset
    return { lineage, expected: expectedOf({ partition, settings, counts, base, written }) }
  })
  const inserted = textsOf(clickhouse.inserts)
  const rows = TABLES.map(({ name }) => [name, clickhouse.ledger.rows(name)] as const)
  const found = textsByLineage(rows, inserted)
  const known = new Set<string>()
  for (const one of checked) {
    const texts = versionTexts(one)
    for (const text of texts) known.add(text)
    const { end, meta, partition, isVoid } = one.lineage
    // Of a lineage whose state was lost only what is there can be judged.
    if (end === -1 || isVoid) continue
    for (const text of differences(one, texts, end ?? END, found.get(meta.lineage) ?? NONE)) {
      world.fail(`partition ${partition}: ${text}`)
    }
  }
  for (const text of strangers(known, inserted.values())) world.fail(text)
  for (const { lineage } of checked) expectStatus(world, lineage)
  const resent = world.counts.get('rows_resent') ?? 0
  if (resent > 0 && !world.counts.has('lied')) {
    world.fail(`${resent} rows were sent again although ClickHouse had lost none`)
  }
  for (const text of lettersMissing(world, checked)) world.fail(text)
  tally(world, checked)
}

/** What the views sum: every lineage that none has taken the place of, and no other. */
function expectStatus(world: SimWorld, lineage: Lineage): void {
  const { partition, meta, end, isReplaced, isUnfinished, isVoid } = lineage
  const status = world.clickhouse.statuses(partition).get(meta.lineage)
  if (isVoid || (status === undefined && end !== null)) return
  const wanted = isReplaced ? 'retired' : isUnfinished ? 'building' : 'active'
  if (status !== wanted) {
    world.fail(
      `lineage ${meta.lineage} of partition ${partition} is ${status ?? 'unknown'}, not ${wanted}`,
    )
  }
}

/** Every refused record was among the dead letters before the commit that covers it. */
function lettersMissing({ deadLetters }: SimWorld, checked: readonly CheckedLineage[]): string[] {
  const first = new Map<string, number>()
  for (const { letter, order } of deadLetters.sent) {
    const { partition, record, outcome, reason } = letter
    const name = `${partition} ${record.offset} ${outcome} ${reason}`
    if (!first.has(name)) first.set(name, order)
  }
  const missing: string[] = []
  for (const { lineage, expected } of checked) {
    const { partition } = lineage
    for (const { from, to, order } of lineage.commits) {
      for (const { offset, outcome, reason } of expected.refused) {
        if (offset < from || offset >= to) continue
        const name = `${partition} ${offset} ${outcome} ${reason}`
        if ((first.get(name) ?? END) < order) continue
        const what = first.has(name) ? 'was no dead letter yet' : 'is no dead letter'
        missing.push(`record ${name.trim()} ${what} when ${from} to ${to} was committed`)
      }
    }
  }
  return missing
}

function tally(world: SimWorld, checked: readonly CheckedLineage[]): void {
  for (const { expected } of checked) {
    for (const [outcome, records] of expected.outcomes) world.count(`records ${outcome}`, records)
    for (const { table, row, isRetraction } of expected.versions) {
      if (isRetraction) world.count('retractions')
      if (table === 'paths' && (row.measures[1] ?? 0n) > 0n) world.count('lapses')
    }
  }
}
