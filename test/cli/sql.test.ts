// `tributary sql`: reads what a run left in a folder or on a server, prints it, and writes nothing.
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { claimFolder, openFolder } from '../../src/adapters/clickhouse/embedded-folder.ts'
import { createClickHouseLedger } from '../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { sqlCommand } from '../../src/cli/sql.ts'
import { rowOf } from '../contract/ledger-rows.ts'
import { describeWithService, dropDatabase, testName } from '../services.ts'
import { removeEngineFolder } from '../adapters/clickhouse/embedded-engine.ts'

const home = process.cwd()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  process.chdir(folder)
})
afterAll(async () => {
  process.chdir(home)
  await removeEngineFolder(folder)
})

/** A ledger with some intake, as a run leaves it. */
async function leaveLedger(name: string, records: number | bigint): Promise<void> {
  await claimFolder(name)
  const db = await openFolder(name)
  await migrate(db)
  const ledger = createClickHouseLedger(db)
  await ledger.writeLineages([
    {
      topic: 'file',
      partition: 0,
      lineage: '1',
      baseOffset: 0,
      status: 'active',
      reason: '',
    },
  ])
  const key = { dimensions: { outcome: 'applied' }, lineage: '1' }
  await ledger.insert('intake', [rowOf('intake', key, { records })])
  await db.close()
}

/** What the command prints; errors are thrown. */
async function print(...args: string[]): Promise<string> {
  const printed: string[] = []
  const write = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    printed.push(String(text))
    return true
  })
  try {
    await sqlCommand().parseAsync(args, { from: 'user' })
  } finally {
    write.mockRestore()
  }
  return printed.join('')
}

describe('sql without a ledger', () => {
  it('says how to make one', async () => {
    await expect(print('SELECT 1')).rejects.toMatchObject({
      code: 'TRIBUTARY_USAGE',
      message: 'There is no ledger in the folder .tributary/replay.',
      hint: expect.stringContaining('tributary demo') as string,
    })
  })
})

describe('sql on a folder', () => {
  const QUERY = 'SELECT outcome, records, 12.50::Decimal(9, 2) AS d, NULL AS n FROM bi_intake'
  beforeAll(async () => {
    await leaveLedger('.tributary/demo', 7)
    await leaveLedger('elsewhere', 9_007_199_254_740_993n)
  })

  it('prints CSV off a terminal', async () => {
    expect(await print(QUERY)).toBe('"outcome","records","d","n"\n"applied",7,12.5,\n')
  })

  it('prints a table where asked for one', async () => {
    const table = await print('--format', 'table', 'SELECT outcome, records FROM bi_intake')
    expect(table).toBe(
      ['   ┌─outcome─┬─records─┐', '1. │ applied │       7 │', '   └─────────┴─────────┘', ''].join(
        '\n',
      ),
    )
  })

  it('prints JSON that loses no digit', async () => {
    expect(JSON.parse(await print('--db', 'elsewhere', '--json', QUERY))).toEqual([
      { outcome: 'applied', records: '9007199254740993', d: '12.5', n: null },
    ])
    expect(await print('--json', 'SELECT * FROM bi_paths')).toBe('[]\n')
  })

  it('prints in the format that the query names', async () => {
    expect(await print('SELECT outcome FROM bi_intake FORMAT TSV')).toBe('applied\n')
  })

  it('takes the replay before the demo', async () => {
    await leaveLedger('.tributary/replay', 8)
    expect(await print('SELECT records FROM bi_intake')).toBe('"records"\n8\n')
  })

  it('takes the query from a file, with comments and a semicolon at its end', async () => {
    await writeFile('query.sql', '-- How many?\nSELECT records FROM bi_intake;\n')
    expect(await print('--db', 'elsewhere', '--file', 'query.sql')).toBe(
      '"records"\n9007199254740993\n',
    )
    const refused = { code: 'TRIBUTARY_USAGE', exitCode: 2 }
    await expect(print('--file', 'nowhere.sql')).rejects.toMatchObject(refused)
    await expect(print('--file', 'query.sql', 'SELECT 1')).rejects.toMatchObject(refused)
    await expect(print()).rejects.toMatchObject({ ...refused, message: 'A query is missing.' })
  })

  it('explains a mistake in the query', async () => {
    await expect(print('SELEC 1')).rejects.toMatchObject({ code: 'TRIBUTARY_USAGE', exitCode: 2 })
    await expect(print('SELECT nope FROM bi_intake')).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_QUERY',
      exitCode: 1,
      message: expect.stringContaining('nope') as string,
    })
  })

  it('writes nothing', async () => {
    await expect(print('TRUNCATE TABLE intake')).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_QUERY',
    })
  })

  it('does not take a folder and a server', async () => {
    await expect(
      print('--db', 'elsewhere', '--clickhouse', 'http://127.0.0.1:1', 'SELECT 1'),
    ).rejects.toMatchObject({ code: 'TRIBUTARY_USAGE' })
  })

  it('takes settings for those of a server, unless a folder is named', async () => {
    await writeFile('server.yaml', 'clickhouse: { url: "http://127.0.0.1:1" }\n')
    await expect(print('--config', 'server.yaml', 'SELECT 1')).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    })
    const asked = ['--db', 'elsewhere', '--format', 'tsv', 'SELECT 1 AS n']
    expect(await print('--config', 'server.yaml', ...asked)).toBe('n\n1\n')
  })
})

describeWithService('clickhouse', 'sql on a server', (url) => {
  it('prints what the database holds', async () => {
    const database = testName('sql')
    const db = openServer({ url, database })
    await migrate(db)
    const printed = await print(
      '--clickhouse',
      url,
      '--database',
      database,
      '--format',
      'tsv',
      'SELECT count() AS migrations FROM schema_migrations FINAL',
    )
    expect(printed).toMatch(/^migrations\n\d+\n$/)
    await dropDatabase(db)
    await db.close()
  })
})
