// Migration files: numbered without gaps, each explained, cut into statements, filled by a layout.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { readMigrations, statementsOf } from '../../../src/adapters/clickhouse/migration-files.ts'

describe('the files of this package', () => {
  it('start with grain, sort key and dedupe rule', async () => {
    for (const { name, sql } of await readMigrations()) {
      const [head = ''] = sql.split('CREATE ')
      for (const part of ['-- Grain: ', 'ort key', '-- Dedupe: ']) {
        expect(head, name).toContain(part)
      }
    }
  })
})

describe('statements', () => {
  it('end at semicolons, but for those in text and comments', () => {
    const sql = `-- one; two\nSELECT ';', '--', 'it''s', '\\';' -- three; four\n, 2 - 1;\n\nSELECT \`;\`;\n`
    expect(statementsOf(sql)).toEqual(["SELECT ';', '--', 'it''s', '\\';' \n, 2 - 1", 'SELECT `;`'])
  })

  it('keep the parameters of ClickHouse', () => {
    const sql =
      'CREATE VIEW {table:v}{on_cluster} AS SELECT {as_of:DateTime} ENGINE = {engine:E(ver)}'
    expect(statementsOf(sql)).toEqual(['CREATE VIEW v AS SELECT {as_of:DateTime} ENGINE = E(ver)'])
  })
})

describe('a folder of migrations', () => {
  it.each([
    ['a gap', ['0001_a.sql', '0003_c.sql'], '0003_c.sql is not migration 2'],
    ['a number twice', ['0001_a.sql', '0001_b.sql'], '0001_b.sql is not migration 2'],
    ['another name', ['first.sql'], 'first.sql is not migration 1'],
  ])('with %s is refused', async (_, names, message) => {
    const folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
    for (const name of names) await writeFile(join(folder, name), 'SELECT 1')
    await expect(readMigrations(pathToFileURL(`${folder}/`))).rejects.toThrow(message)
    await rm(folder, { recursive: true })
  })
})
