// `--db DIR`: made by us, emptied only if made by us, never under another process that uses it.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readFile, readdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import {
  MARKER_FILE,
  claimFolder,
  enginePath,
  hasLedger,
  openFolder,
  openFolderReadOnly,
} from '../../../src/adapters/clickhouse/embedded-folder.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { openEngine } from '../../../src/adapters/files/engine.ts'
import { removeEngineFolder } from './embedded-engine.ts'

let parent: string
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'tributary-test-'))
})
afterEach(() => removeEngineFolder(parent))

describe('claiming a folder', () => {
  it('makes a missing one, its parents too, with the marker in it', async () => {
    const folder = join(parent, 'a', 'b')
    await claimFolder(folder)
    expect(await readdir(folder)).toEqual([MARKER_FILE])
    expect(await readFile(join(folder, MARKER_FILE), 'utf8')).toContain('empties this folder')
  })

  it('takes an empty one', async () => {
    await claimFolder(parent)
    expect(await readdir(parent)).toEqual([MARKER_FILE])
  })

  it('empties one of ours, ledger and all', async () => {
    await claimFolder(parent)
    const db = await openFolder(parent)
    await migrate(db)
    await db.close()
    await mkdir(join(parent, 'state'))
    await writeFile(join(parent, 'state', 'journeys'), 'bytes')
    await claimFolder(parent)
    expect(await readdir(parent)).toEqual([MARKER_FILE])
    expect(hasLedger(parent)).toBe(false)
  })

  it('refuses one that is not ours and leaves it alone', async () => {
    await writeFile(join(parent, 'thesis.txt'), 'mine')
    await expect(claimFolder(parent)).rejects.toMatchObject({
      code: 'TRIBUTARY_USAGE',
      exitCode: 2,
    })
    expect(await readdir(parent)).toEqual(['thesis.txt'])
  })

  it('refuses what is no folder', async () => {
    const file = join(parent, 'file')
    await writeFile(file, '')
    await expect(claimFolder(file)).rejects.toMatchObject({ code: 'TRIBUTARY_USAGE' })
  })

  it('refuses one that another process uses, and removes nothing', async () => {
    await claimFolder(parent)
    await (await openFolder(parent)).close()
    await writeFile(join(parent, 'journeys'), 'bytes')
    const script = `const { Session } = require('chdb'); const s = new Session(process.argv[1]); console.log('open'); setInterval(() => s, 1000)`
    const other = spawn(process.execPath, ['-e', script, enginePath(parent)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    await once(other.stdout, 'data')
    await expect(claimFolder(parent)).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
      message: expect.stringContaining('another process uses this folder') as string,
    })
    expect(await readdir(parent)).toContain('journeys')
    other.kill('SIGKILL')
    await once(other, 'exit')
  })
})

describe('reading a folder', () => {
  it('gives what a run left, and lets nothing be written', async () => {
    await claimFolder(parent)
    const db = await openFolder(parent)
    await migrate(db)
    await db.close()
    const reader = await openFolderReadOnly(parent)
    expect(await reader.text('SELECT count() AS n FROM bi_intake', 'CSVWithNames')).toBe('"n"\n0\n')
    for (const sql of ['DROP TABLE intake', 'SET readonly = 0', 'SELECT 1; DROP TABLE intake']) {
      await expect(reader.text(sql, 'TSV')).rejects.toMatchObject({
        code: 'TRIBUTARY_CLICKHOUSE_QUERY',
      })
    }
    await reader.close()
  })

  it('says how to make one when there is none, and makes nothing', async () => {
    const folder = join(parent, 'none')
    await expect(openFolderReadOnly(folder)).rejects.toMatchObject({
      code: 'TRIBUTARY_USAGE',
      hint: expect.stringContaining('tributary replay') as string,
    })
    expect(await readdir(parent)).toEqual([])
  })
})

describe('the engine', () => {
  const home = process.cwd()
  afterEach(() => process.chdir(home))

  it.each([
    ['is somebody else’s', 'not even <xml'],
    [
      'is that of a server',
      '<clickhouse><users_config>/nowhere/users.xml</users_config></clickhouse>',
    ],
  ])('starts where a config.xml lies that %s', async (_, text) => {
    await writeFile(join(parent, 'config.xml'), text)
    process.chdir(parent)
    const files = await openEngine(join(parent, 'files'))
    expect(await files.rows('SELECT 1')).toEqual([[1]])
    await files.close()
    await claimFolder('ledger')
    const db = await openFolder('ledger')
    expect(await db.rows('SELECT 1')).toEqual([[1]])
    await db.close()
  })
})
