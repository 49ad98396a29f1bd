// `tributary migrate --bi-password-file`: what is asked for is looked at before anything is done,
// and an engine that keeps no users says so after the tables are there.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { readBiUser } from '../../src/cli/migrate-clickhouse.ts'
import { describeWithService, dropDatabase, testName } from '../services.ts'
import { runHere } from './run-here.ts'

let folder: string
let secret: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  secret = join(folder, 'secret')
  await writeFile(secret, ' test_Secret_1\n')
  await writeFile(join(folder, 'empty'), '\n')
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const nowhere = { TRIBUTARY_CLICKHOUSE__URL: 'http://127.0.0.1:1' }

describe('the password for BI', () => {
  it('is the text of its file, without blanks around it', async () => {
    expect(await readBiUser('bi', secret)).toEqual({ name: 'bi', password: 'test_Secret_1' })
  })

  it.each(['missing', 'empty'])('is refused before a service is asked: %s', async (name) => {
    const file = join(folder, name)
    const { exitCode, stderr } = await runHere(['migrate', '--bi-password-file', file], nowhere)
    expect(exitCode).toBe(78)
    expect(stderr).toContain(`The file ${file} `)
  })

  it('has no meaning for topics', async () => {
    const args = ['migrate', '--topics-only', '--bi-password-file', secret]
    expect((await runHere(args, nowhere)).exitCode).toBe(2)
  })
})

describeWithService('clickhouse', 'the user for BI', (url) => {
  const database = testName('bi')
  const env = { TRIBUTARY_CLICKHOUSE__URL: url, TRIBUTARY_CLICKHOUSE__DATABASE: database }
  const migrate = (...args: string[]) =>
    runHere(['migrate', '--clickhouse-only', '--bi-password-file', secret, ...args], env)
  afterAll(async () => {
    const db = openServer({ url, database })
    await dropDatabase(db)
    await db.close()
  })

  it('is announced by a dry run, with the name that was given', async () => {
    const { exitCode, stderr } = await migrate('--dry-run', '--bi-user', 'analysts')
    expect(exitCode).toBe(0)
    expect(stderr).toContain('would make user analysts, or set its password\n')
  })

  it('comes after the tables, and is told where an engine keeps no users', async () => {
    const { exitCode, stderr } = await migrate()
    expect(exitCode).toBe(69)
    expect(stderr).toContain('migrations were new\n')
    expect(stderr).toContain('The user bi cannot be made')
    expect(stderr).not.toContain('test_Secret_1')
  })
})
