// What an undisturbed worker makes of a log, after every single record: the state's bytes and every
// version of every row. Whatever happens to other workers, they may write nothing else.
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import type { Settings } from '../../src/core/settings.ts'
import { TABLES } from '../../src/core/tables.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { DeadLetter } from '../../src/ports/dead-letter-sink.ts'
import type { LogRecord } from '../oracle/log.ts'
import {
  createWorker,
  createWorld,
  ledgerRows,
  logView,
  placeOf,
  spanOf,
  stateOf,
} from './world.ts'

export interface Reference {
  readonly log: readonly LogRecord[]
  /** The state after the records below `next`, as `stateOf` gives it. */
  stateAt(next: number): string
  /** The one content that a version of a row can have; undefined: there is no such version. */
  rowOf(table: TableName, row: LedgerRow): string | undefined
  /** The newest version of each row that records below `next` touched: key to version. */
  versionsAt(next: number): ReadonlyMap<string, bigint>
  /** Dead letters of the records below `next`, as `letterText` gives them. */
  lettersAt(next: number): string[]
  /** Final rows, as `ledgerRows` gives them. */
  readonly rows: ReadonlyMap<string, readonly string[]>
  readonly finalState: string
}

const DIMENSIONS = new Map(TABLES.map(({ name, dimensions }) => [name, dimensions.length]))
const OFFSET_MASK = (1n << 48n) - 1n

/** Booked hour, dimensions, lineage and partition of a row, with its table. */
export const rowKey = (table: TableName, row: LedgerRow): string =>
  JSON.stringify([table, ...row.slice(0, 3 + DIMENSIONS.get(table)!)])

export const versionOf = (row: LedgerRow): bigint => BigInt(String(row.at(-1)))

export const letterText = ({ record, outcome, reason }: DeadLetter): string =>
  `${record.offset} ${outcome} ${reason}`

export async function referenceOf(
  log: readonly LogRecord[],
  settings: Settings,
): Promise<Reference> {
  const world = createWorld(log, settings)
  const states: string[] = []
  const rows = new Map<string, string>()
  const history: { readonly key: string; readonly version: bigint }[] = []
  const memory = createMemoryLedger()
  const ledger: typeof memory = {
    ...memory,
    insert: (table, list) => {
      for (const row of list) {
        const key = rowKey(table, row)
        const version = versionOf(row)
        rows.set(`${key} ${version}`, JSON.stringify(row))
        history.push({ key, version })
      }
      return memory.insert(table, list)
    },
  }
  const worker = createWorker({ ...world, ledger })
  let next = await worker.acquire(logView(world))
  for (const { offset } of log) {
    await worker.apply(spanOf(world, next, offset + 1))
    next = offset + 1
    await worker.flush()
    states.push(await stateOf(world.store))
  }
  return {
    log,
    stateAt: (at) => withNext(states[placeOf(log, at) - 1]!, at),
    rowOf: (table, row) => rows.get(`${rowKey(table, row)} ${versionOf(row)}`),
    versionsAt: (at) => {
      const below = history.filter(({ version }) => (version & OFFSET_MASK) < BigInt(at))
      return new Map(below.map(({ key, version }) => [key, version]))
    },
    lettersAt: (at) =>
      world.deadLetters.letters.filter(({ record }) => record.offset < at).map(letterText),
    rows: ledgerRows({ ...world, ledger }),
    finalState: states.at(-1)!,
  }
}

/** A span may end in a gap between offsets: then `next` lies beyond the record after all. */
function withNext(state: string, next: number): string {
  const parts = JSON.parse(state) as { meta: object }
  return JSON.stringify({ ...parts, meta: { ...parts.meta, next } })
}
