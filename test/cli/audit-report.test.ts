// What `tributary audit` prints of differences, few and many.
import { describe, expect, it } from 'vitest'
import { auditJson, auditText, auditWords } from '../../src/cli/audit-report.ts'
import type { PartitionAudit } from '../../src/runtime/audit/audit-partition.ts'

const row = '2026-01-01 00:00:00, late, '
const audit: PartitionAudit = {
  partition: 3,
  lineage: '17',
  from: 5,
  to: 90,
  notReplayed: '',
  rows: { redis: 2, clickhouse: 40 },
  differences: [
    { partition: 3, table: 'intake', row, clickhouse: null, replay: 'records=2 at offset 8' },
    { partition: 3, table: 'state', row: 'journeys', redis: '4', replay: '5' },
  ],
  differencesInAll: 2,
}

describe('the report of an audit', () => {
  it('shows each difference with the values that were compared', () => {
    expect(auditText(audit)).toBe(
      [
        `partition 3, intake: ${row}`,
        '  ClickHouse: not there',
        '  replay:     records=2 at offset 8',
        'partition 3, state: journeys',
        '  Redis:      4',
        '  replay:     5',
        '',
      ].join('\n'),
    )
    expect(auditText({ ...audit, differences: [], differencesInAll: 0 })).toBe('')
  })

  it('counts those that it does not show', () => {
    const [one] = audit.differences
    const many = Array.from({ length: 1_500 }, () => one!)
    const found = { ...audit, differences: many, differencesInAll: 70_000 }
    expect(auditText(found)).toMatch(/partition 3: 69000 more differences\n$/)
    expect(auditWords(found)).toContain('70000 differences')
    const json = JSON.parse(auditJson([audit, found])) as {
      differences: number
      partitions: { differences: unknown[]; differences_in_all: number }[]
    }
    expect(json.differences).toBe(70_002)
    expect(json.partitions.map(({ differences }) => differences.length)).toEqual([2, 1_000])
    expect(json.partitions[1]?.differences_in_all).toBe(70_000)
  })

  it('says what was compared, and whether the log was replayed', () => {
    expect(auditWords(audit)).toBe(
      'partition 3: 2 differences; 2 rows in Redis, 40 in ClickHouse; offsets 5 to 90 replayed',
    )
    const alone = { ...audit, notReplayed: 'the log begins at 9', differencesInAll: 0 }
    expect(auditWords(alone)).toContain('no differences')
    expect(auditWords(alone)).toContain('NOT replayed: the log begins at 9')
    expect(auditJson([alone])).toContain('"not_replayed":"the log begins at 9"')
    const nothing = { ...alone, lineage: null, notReplayed: 'there is no state' }
    expect(auditWords(nothing)).toBe('partition 3: there is no state, no differences')
  })
})
