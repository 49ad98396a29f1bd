// What operators have decided about a log, kept where every later replay of it finds them: offsets
// given up, and partition counts accepted.
import type { LedgerSink } from '../../ports/ledger-sink.ts'
import type { ClickHouse } from './connection.ts'

const SKIP_COLUMNS = ['topic', 'partition', 'lineage', 'from_offset', 'to_offset', 'reason']
const COUNT_COLUMNS = ['topic', 'partition', 'from_offset', 'count']
const OF_PARTITION = 'topic = {topic:String} AND partition = {partition:UInt16}'

type OperatorRows = Pick<
  LedgerSink,
  'writeSkip' | 'skips' | 'writePartitionCounts' | 'partitionCounts'
>

export function operatorRows(db: ClickHouse): OperatorRows {
  return {
    writeSkip: ({ topic, partition, lineage, from, to, reason }) =>
      db.insert('skips', SKIP_COLUMNS, [[topic, partition, lineage, from, to, reason]]),
    skips: async (topic, partition) => {
      const sql = `SELECT lineage, from_offset, to_offset, reason FROM skips FINAL
        WHERE ${OF_PARTITION} ORDER BY from_offset, to_offset`
      const rows = await db.rows<[string, string, string, string]>(sql, { topic, partition })
      return rows.map(([lineage, from, to, reason]) => {
        return { topic, partition, lineage, from: Number(from), to: Number(to), reason }
      })
    },
    writePartitionCounts: (rows) =>
      db.insert(
        'partition_counts',
        COUNT_COLUMNS,
        rows.map(({ topic, partition, fromOffset, count }) => [
          topic,
          partition,
          fromOffset,
          count,
        ]),
      ),
    partitionCounts: async (topic, partition) => {
      const sql = `SELECT from_offset, count FROM partition_counts FINAL
        WHERE ${OF_PARTITION} ORDER BY from_offset, count`
      const rows = await db.rows<[string, number]>(sql, { topic, partition })
      return rows.map(([fromOffset, count]) => {
        return { topic, partition, fromOffset: Number(fromOffset), count }
      })
    },
  }
}
