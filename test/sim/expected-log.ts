// What the log of one lineage says, read as the contract reads it: the real parser judges every
// record, and the oracle makes of it every row that may ever be written, in every version.
import type { Outcome } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { LedgerRow, TableName } from '../../src/core/tables.ts'
import type { SourceRecord } from '../../src/ports/record-source.ts'
import type { PartitionMeta } from '../../src/ports/state-store.ts'
import type { PartitionCount } from '../../src/schema/partition-counts.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import { runOracle, toLedgerRow } from '../oracle/oracle.ts'
import type { BookedRow } from '../oracle/oracle.ts'
import type { Written } from './sim-log.ts'

const HOUR_MS = 3_600_000

/** One version of a row; `key`: what tells it from other rows of its table. */
export interface RowVersion {
  readonly table: TableName
  readonly key: string
  readonly row: BookedRow
  readonly isRetraction: boolean
}

export interface Refused {
  readonly offset: number
  readonly outcome: Outcome
  readonly reason: string
}

export interface ExpectedLog {
  /** In the order of their offsets. */
  readonly versions: readonly RowVersion[]
  readonly refused: readonly Refused[]
  readonly outcomes: ReadonlyMap<Outcome, number>
}

export interface LogOfLineage {
  readonly partition: number
  readonly settings: Settings
  readonly counts: readonly PartitionCount[]
  readonly base: number
  readonly written: readonly Written[]
}

export function expectedOf(lineage: LogOfLineage): ExpectedLog {
  const { settings, counts, partition, base } = lineage
  const parser = createRecordParser(settings, { partitioner: 'murmur2', counts })
  const log: LogRecord[] = []
  const skipped: RowVersion[] = []
  let streamTimeMs = 0
  for (const one of lineage.written) {
    if (one.kind === 'undecodable') {
      if (one.from >= base) skipped.push(skippedRow(one, streamTimeMs, skipped))
      continue
    }
    const { record } = one
    if (record.offset < base) continue
    streamTimeMs = Math.max(streamTimeMs, record.timeMs)
    log.push(judged(record, parser.parse(record, partition)))
  }
  const versions: RowVersion[] = []
  const { outcomes } = runOracle(log, settings, (table, key, row, before) => {
    const isRetraction = row.measures.some((amount, i) => amount < (before?.measures[i] ?? 0n))
    versions.push({ table, key, row, isRetraction })
  })
  return {
    versions: [...versions, ...skipped],
    refused: refusedOf(log, outcomes),
    outcomes: tally(outcomes),
  }
}

type Judgement = ReturnType<ReturnType<typeof createRecordParser>['parse']>

function judged(record: SourceRecord, judgement: Judgement): LogRecord {
  const { offset, timeMs, headers, value } = record
  if (headers !== undefined && value === null) return { offset, timeMs, kind: 'tick' }
  if (typeof judgement === 'string') return { offset, timeMs, kind: 'rejected', reason: judgement }
  const wire = JSON.parse(Buffer.from(value!).toString()) as Wire
  const { event_id: eventId, user_hash: userHash, metadata } = wire
  const transactionId = metadata?.transaction_id ?? ''
  const event: LogEvent = { eventId, userHash, transactionId, ...judgement }
  return { offset, timeMs, kind: 'event', event }
}

interface Wire {
  readonly event_id: string
  readonly user_hash: string
  readonly metadata?: { readonly transaction_id?: string }
}

/** Offsets given up are counted where stream time stood; they settle nobody. */
function skippedRow(
  { from, to }: { readonly from: number; readonly to: number },
  streamTimeMs: number,
  earlier: readonly RowVersion[],
): RowVersion {
  const bookedHour = Math.floor(streamTimeMs / HOUR_MS)
  const before = earlier.findLast(({ row }) => row.bookedHour === bookedHour)
  const records = BigInt(to - from) + (before?.row.measures[0] ?? 0n)
  const dimensions = ['rejected', 'undecodable_batch']
  const row = { bookedHour, dimensions, measures: [records], offset: to - 1 }
  return {
    table: 'intake',
    key: JSON.stringify([bookedHour, dimensions]),
    row,
    isRetraction: false,
  }
}

const DEAD: ReadonlySet<Outcome> = new Set(['rejected', 'late', 'overflow'])

function refusedOf(log: readonly LogRecord[], outcomes: readonly Outcome[]): Refused[] {
  return log.flatMap((record, i) => {
    const outcome = outcomes[i]!
    if (!DEAD.has(outcome)) return []
    return [
      { offset: record.offset, outcome, reason: record.kind === 'rejected' ? record.reason : '' },
    ]
  })
}

function tally(outcomes: readonly Outcome[]): Map<Outcome, number> {
  const counts = new Map<Outcome, number>()
  for (const outcome of outcomes) counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
  return counts
}

/** The version as it is published. */
export const publishedRow = (
  { row }: RowVersion,
  meta: PartitionMeta,
  partition: number,
): LedgerRow => toLedgerRow(row, { lineage: meta.lineage, partition, generation: meta.generation })
