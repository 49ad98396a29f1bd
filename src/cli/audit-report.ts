// What `tributary audit` prints: each difference with its three values on stdout, a sentence per
// partition for people on stderr.
import type { PartitionAudit } from '../runtime/audit/audit-partition.ts'
import type { AuditDifference, Values } from '../runtime/audit/judge.ts'

/** Of more differences only the number is of use. */
const SHOWN_MAX = 1_000

/** Three lines of values under the row's name, or fewer where there was nothing to compare. */
export function auditText({ partition, differences, differencesInAll }: PartitionAudit): string {
  const shown = differences.slice(0, SHOWN_MAX).map(differenceText)
  const more = differencesInAll - shown.length
  if (more > 0) shown.push(`partition ${partition}: ${more} more differences\n`)
  return shown.join('')
}

function differenceText({ partition, table, row, ...values }: AuditDifference): string {
  const lines = VALUES.flatMap(([name, label]) => {
    const value = values[name]
    return value === undefined ? [] : [`  ${label} ${value ?? 'not there'}`]
  })
  return [`partition ${partition}, ${table}: ${row}`, ...lines, ''].join('\n')
}

const VALUES: readonly (readonly [keyof Values, string])[] = [
  ['redis', 'Redis:     '],
  ['clickhouse', 'ClickHouse:'],
  ['replay', 'replay:    '],
]

export function auditWords(audit: PartitionAudit): string {
  const { partition, lineage, from, to, notReplayed, rows, differencesInAll } = audit
  const found = differencesInAll === 0 ? 'no differences' : `${differencesInAll} differences`
  if (lineage === null) return `partition ${partition}: ${notReplayed}, ${found}`
  const compared = `${rows.redis} rows in Redis, ${rows.clickhouse} in ClickHouse`
  const against =
    notReplayed === ''
      ? `offsets ${from} to ${to} replayed`
      : `NOT replayed: ${notReplayed}; Redis and ClickHouse were compared alone`
  return `partition ${partition}: ${found}; ${compared}; ${against}`
}

/** One object: the number of all differences, and per partition the first of them. */
export function auditJson(audits: readonly PartitionAudit[]): string {
  const partitions = audits.map(({ notReplayed, differences, differencesInAll, ...audit }) => ({
    ...audit,
    replayed: notReplayed === '',
    ...(notReplayed === '' ? {} : { not_replayed: notReplayed }),
    differences_in_all: differencesInAll,
    differences: differences.slice(0, SHOWN_MAX),
  }))
  const differences = audits.reduce((sum, audit) => sum + audit.differencesInAll, 0)
  return `${JSON.stringify({ differences, partitions })}\n`
}
