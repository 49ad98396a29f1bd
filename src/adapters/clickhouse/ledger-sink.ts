// LedgerSink on ClickHouse: absolute rows into ReplacingMergeTree tables, read back with FINAL.
// Sending a row again is safe: the highest `ver` of a key wins and equal versions are equal rows.
// Tables and columns come from src/core/tables.ts; schemas/clickhouse/ creates them in the same
// order.
import { TABLES } from '../../core/tables.ts'
import type { LedgerRow, TableName, TableSpec } from '../../core/tables.ts'
import type { BookedRange, LedgerSink, LineageRow, ProgressRow } from '../../ports/ledger-sink.ts'
import type { ClickHouse } from './connection.ts'
import { insertBlocks } from './insert-blocks.ts'
import { operatorRows } from './operator-rows.ts'

const HOUR_MS = 3_600_000
const LINEAGE_COLUMNS = ['topic', 'partition', 'lineage', 'base_offset', 'status', 'reason']
const PROGRESS_COLUMNS = [
  'topic',
  'partition',
  'lineage',
  'next',
  'stream_time',
  'booked_through',
  'flushed_through',
]

/** Columns of a ledger table in the order of LedgerRow. */
export function ledgerColumns(spec: TableSpec): string[] {
  return ['booked_hour', ...spec.dimensions, 'lineage', 'partition', ...spec.measures, 'ver']
}

const COLUMNS = new Map(TABLES.map((spec) => [spec.name, ledgerColumns(spec)]))

/**
 * Needs a migrated database. Every call throws TributaryError; an error after sending is ambiguous.
 */
export function createClickHouseLedger(db: ClickHouse): LedgerSink {
  return {
    insert: async (table, rows) => {
      for (const block of insertBlocks(rows)) await db.insert(table, columnsOf(table), block)
    },
    read: (table, range) => read(db, table, range),
    writeLineages: (rows) => db.insert('lineages', LINEAGE_COLUMNS, rows.map(lineageValues)),
    writeProgress: (row) => db.insert('progress', PROGRESS_COLUMNS, [progressValues(row)]),
    lineages: (topic, partition) => lineages(db, topic, partition),
    progress: (topic, partition) => progress(db, topic, partition),
    ...operatorRows(db),
  }
}

/**
 * Does any state sum into the views? `replay` refuses such a database: its rows would add to them.
 */
export async function hasActiveLineages(db: ClickHouse): Promise<boolean> {
  const sql = "SELECT count() FROM lineages FINAL WHERE status = 'active'"
  const [[count] = ['0']] = await db.rows<[string]>(sql)
  return count !== '0'
}

function columnsOf(table: TableName): readonly string[] {
  return COLUMNS.get(table) ?? []
}

function read(db: ClickHouse, table: TableName, range: BookedRange): Promise<LedgerRow[]> {
  const columns = columnsOf(table).map((name) => `\`${name}\``)
  const sql = `SELECT ${columns.join(', ')} FROM ${table} FINAL
    WHERE booked_hour BETWEEN {from:DateTime('UTC')} AND {to:DateTime('UTC')}
      AND lineage = {lineage:UInt64} AND partition = {partition:UInt16}`
  return db.rows<LedgerRow>(sql, {
    from: textOfHour(range.hourFrom),
    to: textOfHour(range.hourTo),
    lineage: range.lineage,
    partition: range.partition,
  })
}

function lineageValues(row: LineageRow): unknown[] {
  return [row.topic, row.partition, row.lineage, row.baseOffset, row.status, row.reason]
}

async function lineages(db: ClickHouse, topic: string, partition: number): Promise<LineageRow[]> {
  type Row = [string, number, string, string, LineageRow['status'], string]
  const sql = `SELECT ${LINEAGE_COLUMNS.join(', ')} FROM lineages FINAL
    WHERE topic = {topic:String} AND partition = {partition:UInt16} ORDER BY lineage`
  const rows = await db.rows<Row>(sql, { topic, partition })
  return rows.map(([rowTopic, rowPartition, lineage, baseOffset, status, reason]) => ({
    topic: rowTopic,
    partition: rowPartition,
    lineage,
    baseOffset: Number(baseOffset),
    status,
    reason,
  }))
}

/** No verified hour (-1) is stored as hour 0: records are from the year 2000 on. */
function progressValues(row: ProgressRow): unknown[] {
  return [
    row.topic,
    row.partition,
    row.lineage,
    row.next,
    new Date(row.streamTimeMs).toISOString().replace('T', ' ').replace('Z', ''),
    textOfHour(Math.max(row.bookedThrough, 0)),
    row.flushedThrough,
  ]
}

async function progress(db: ClickHouse, topic: string, partition: number): Promise<ProgressRow[]> {
  type Row = [string, number, string, string, string, number, string]
  const sql = `SELECT topic, partition, lineage, next, toUnixTimestamp64Milli(stream_time),
      toUnixTimestamp(booked_through), flushed_through FROM progress FINAL
    WHERE topic = {topic:String} AND partition = {partition:UInt16} ORDER BY lineage`
  const rows = await db.rows<Row>(sql, { topic, partition })
  return rows.map(([rowTopic, rowPartition, lineage, next, timeMs, through, flushed]) => ({
    topic: rowTopic,
    partition: rowPartition,
    lineage,
    next: Number(next),
    streamTimeMs: Number(timeMs),
    bookedThrough: through === 0 ? -1 : through / 3600,
    flushedThrough: Number(flushed),
  }))
}

function textOfHour(hour: number): string {
  return new Date(hour * HOUR_MS).toISOString().slice(0, 19).replace('T', ' ')
}
