// `deploy/local/up` and `down`, as a person runs them: in a folder of their own, beside whatever
// else runs.
import { execFile, spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { createClient } from '@clickhouse/client'
import { afterEach, describe, expect, it } from 'vitest'
import { describeWithService } from '../services.ts'

interface Running {
  name: string
  variable: string
  address: string
  url: string
  pid: number
}

const script = (verb: string) =>
  fileURLToPath(new URL(`../../deploy/local/${verb}`, import.meta.url))
const folders: string[] = []
const newFolder = () => {
  folders.push(mkdtempSync(path.join(tmpdir(), 'tributary-test-services-')))
  return folders.at(-1) ?? ''
}

async function outcome(program: string, args: readonly string[], env = process.env) {
  try {
    return { code: 0, ...(await promisify(execFile)(program, args, { env })) }
  } catch (error) {
    return error as { code: number; stdout: string; stderr: string }
  }
}
const local = (verb: string, folder: string, args: readonly string[]) =>
  outcome(script(verb), [...args, '--folder', folder])
const up = async (folder: string, ...args: string[]) =>
  JSON.parse((await local('up', folder, ['--json', ...args])).stdout) as [Running, ...Running[]]

/** Does anybody listen there? (A pid would not do: who ended may not have been reaped.) */
const listens = (address: string) =>
  new Promise<boolean>((answer) => {
    const [host, port] = address.split(':')
    const socket = net.connect({ host: host ?? '', port: Number(port) })
    socket.on('connect', () => answer(true)).on('error', () => answer(false))
    socket.on('connect', () => socket.destroy())
  })

afterEach(async () => {
  for (const folder of folders.splice(0)) {
    await local('down', folder, ['--purge'])
    rmSync(folder, { recursive: true, force: true })
  }
})

// Where the tests have a Redis, `up` can start one more: the program is there.
describeWithService('redis', 'deploy/local', () => {
  it('starts once, keeps data over down and up, and purges when told', async () => {
    const folder = newFolder()
    const [first] = await up(folder, 'redis')
    expect(first).toMatchObject({
      name: 'redis',
      variable: 'TEST_REDIS_URL',
      url: `redis://${first.address}`,
    })
    expect((await up(folder, 'redis'))[0]).toEqual(first)
    expect(existsSync(path.join(folder, 'redis/data/appendonlydir'))).toBe(true)
    await local('down', folder, [])
    expect(await listens(first.address)).toBe(false)
    expect(existsSync(path.join(folder, 'redis/data/appendonlydir'))).toBe(true)
    expect((await local('down', folder, [])).code).toBe(0)
    await local('down', folder, ['--purge'])
    expect(existsSync(path.join(folder, 'redis'))).toBe(false)
  })

  it('takes another port when the usual one is taken', async () => {
    const [[one], [two]] = await Promise.all([up(newFolder(), 'redis'), up(newFolder(), 'redis')])
    expect(one.address).not.toBe(two.address)
    expect(await Promise.all([listens(one.address), listens(two.address)])).toEqual([true, true])
  })

  it('starts one service when called twice at the same time', async () => {
    const folder = newFolder()
    const [[one], [two]] = await Promise.all([up(folder, 'redis'), up(folder, 'redis')])
    expect(one).toEqual(two)
  })

  it('prints what a shell can evaluate', async () => {
    const { stdout } = await local('up', newFolder(), ['redis'])
    expect(stdout).toMatch(/^# redis .*\nexport TEST_REDIS_URL=redis:\/\/127\.0\.0\.1:\d+\n$/)
  })

  it('ends for a process only what nobody else needs', async () => {
    const folder = newFolder()
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      const mine = ['--for', String(process.pid)]
      const [redis] = await up(folder, 'redis', ...mine)
      await up(folder, 'redis', '--for', String(other.pid))
      await local('down', folder, mine)
      expect(await listens(redis.address)).toBe(true)
      await local('down', folder, ['--for', String(other.pid)])
      expect(await listens(redis.address)).toBe(false)

      const [kept] = await up(folder, 'redis')
      await up(folder, 'redis', ...mine)
      await local('down', folder, mine)
      expect(await listens(kept.address)).toBe(true)
    } finally {
      other.kill()
    }
  })

  it('never ends a process that it did not start', async () => {
    const folder = newFolder()
    const [{ pid }] = await up(folder, 'redis')
    const file = path.join(folder, 'redis/state.json')
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'])
    try {
      // The pid of another process, as if the system had given it out again.
      const state = readFileSync(file, 'utf8').replace(String(pid), String(other.pid))
      writeFileSync(file, state)
      await local('down', folder, [])
      expect(other.exitCode).toBeNull()
      expect(other.signalCode).toBeNull()
    } finally {
      other.kill()
      process.kill(pid)
    }
  })
})

describe('deploy/local', () => {
  it('names what is missing and how to get it', async () => {
    // Nothing in PATH: neither java nor what could install it.
    const program = fileURLToPath(new URL('../../deploy/local/services.mjs', import.meta.url))
    const args = [program, 'up', 'kafka', '--folder', newFolder()]
    const { code, stderr } = await outcome(process.execPath, args, { PATH: newFolder() })
    expect(code).toBe(69)
    expect(stderr).toMatch(
      /^error: java is not installed; Apache Kafka needs it\n {2}install it .*openjdk-17/m,
    )
  })

  it('explains its usage', async () => {
    expect(await local('up', newFolder(), ['postgres'])).toMatchObject({
      code: 2,
      stderr: expect.stringMatching(/no service is called postgres[^]*usage: /) as string,
    })
  })
})

describeWithService('clickhouse', 'the ClickHouse engine over HTTP', (url) => {
  const client = (settings: object = {}) =>
    createClient({
      url,
      compression: { request: true, response: true },
      log: { level: 127 },
      ...settings,
    })
  const rows = async (query: string, settings: object = {}) =>
    (await client().query({ query, format: 'JSONEachRow', ...settings })).json()

  it('takes parameters and settings, for that request alone', async () => {
    const query = "SELECT {text:String} AS text, getSetting('max_threads')::String AS threads"
    const text = 'it\'s a \\ "tab":\t\n'
    const settings = { query_params: { text }, clickhouse_settings: { max_threads: 3 } }
    expect(await rows(query, settings)).toEqual([{ text, threads: '3' }])
    expect(await rows("SELECT getSetting('max_threads')::String AS threads")).not.toEqual([
      { threads: '3' },
    ])
  })

  it('gives errors their code', async () => {
    await expect(rows('SELECT nothing_of_that_name')).rejects.toMatchObject({ code: '47' })
    await expect(rows('SELECT 1 FROM test_no_such_table')).rejects.toMatchObject({ code: '60' })
  })

  it('answers short questions while a long one runs', async () => {
    let hasLongEnded = false
    const long = rows('SELECT sleep(3)').then(() => (hasLongEnded = true))
    await new Promise((done) => setTimeout(done, 300))
    await Promise.all(Array.from({ length: 5 }, () => rows('SELECT 1')))
    expect(hasLongEnded).toBe(false)
    await long
  })
})
