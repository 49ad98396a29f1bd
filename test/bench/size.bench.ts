// What is kept of a shop's events, measured on services of this bench's own (deploy/local in a
// folder for temporary files): Redis by kind of key, its append-only file, ClickHouse by table, the
// worker's memory. The events are the generator's six weeks as history, some 17 for each person.
//
//   npm run build && npm run bench size -- --events 500000 --partitions 6
import { execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { TABLES } from '../../src/core/tables.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '500000' },
    partitions: { type: 'string', default: '6' },
  },
})
const EVENTS = Number(values.events)
const ROOT = process.cwd()
const MAIN = path.join(ROOT, 'dist/main.js')
const TOPIC = 'test_bench_size'
const DATABASE = 'test_bench_size'
/** Booked hours that are over are verified and forgotten within a minute or two. */
const SETTLED_MS = 300_000
const say = (line: string): void => void process.stderr.write(`${line}\n`)

interface Service {
  readonly name: string
  readonly url: string
}

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-size-'))
const local = (verb: 'up' | 'down', ...args: readonly string[]): string =>
  execFileSync(`deploy/local/${verb}`, [...args, '--folder', folder], {
    cwd: ROOT,
    encoding: 'utf8',
  })
try {
  await measure(JSON.parse(local('up', '--json')) as Service[])
} finally {
  local('down', '--purge')
  rmSync(folder, { recursive: true, force: true })
}

async function measure(services: readonly Service[]): Promise<void> {
  const url = (name: string): string => services.find((one) => one.name === name)!.url
  const env = {
    ...process.env,
    TRIBUTARY_KAFKA__BROKERS: url('kafka'),
    TRIBUTARY_KAFKA__TOPIC: TOPIC,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_REDIS__URL: url('redis'),
    TRIBUTARY_CLICKHOUSE__URL: url('clickhouse'),
    TRIBUTARY_CLICKHOUSE__DATABASE: DATABASE,
    TRIBUTARY_HTTP__PORT: '0',
    TRIBUTARY_LOG_LEVEL: 'warn',
  }
  const tributary = (...args: readonly string[]) =>
    execFileSync(process.execPath, [MAIN, ...args], { env, stdio: ['ignore', 2, 2] })
  tributary('migrate', '--partitions', values.partitions)
  tributary('generate', '--topic', TOPIC, '--events', String(EVENTS), '--quiet')
  const kafkaBytes = bytesOf(path.join(folder, 'kafka/data'), `${TOPIC}-`)
  const redis = new Redis(url('redis'))
  const before = await redisFigures(redis)
  const worker = spawn(process.execPath, [MAIN, 'run'], { env, stdio: ['ignore', 2, 2] })
  const [seconds, residentMb] = await untilConsumed(redis, worker.pid!)
  await untilSettled(redis)
  const after = await redisFigures(redis)
  worker.kill('SIGTERM')
  await once(worker, 'exit')
  const keys = await redisKeys(redis)
  redis.disconnect()
  const tables = await clickHouseTables(url('clickhouse'))
  report({ kafkaBytes, before, after, keys, tables, seconds, residentMb })
}

/** Seconds from the first record to the last, and the most memory that the worker had. */
async function untilConsumed(redis: Redis, pid: number): Promise<[number, number]> {
  let begun = 0
  let residentMb = 0
  for (;;) {
    const metas = await metaFields(redis, 'next')
    const done = metas.reduce((sum, next) => sum + Number(next), 0)
    if (begun === 0 && done > 0) begun = performance.now()
    const status = readFileSync(`/proc/${pid}/status`, 'utf8')
    const resident = Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1_024
    residentMb = Math.max(residentMb, Math.round(resident))
    if (done >= EVENTS) return [(performance.now() - begun) / 1_000, residentMb]
    await delay(100)
  }
}

/** What is left of booked hours in Redis is the one of each partition that is not over. */
async function untilSettled(redis: Redis): Promise<void> {
  const deadline = Date.now() + SETTLED_MS
  say('waiting until booked hours are verified and forgotten')
  while ((await redis.keys(`tb:{${TOPIC}/*:ledger:*`)).length > Number(values.partitions)) {
    if (Date.now() > deadline) throw new Error('booked hours stay in Redis')
    await delay(1_000)
  }
}

async function metaFields(redis: Redis, field: string): Promise<readonly (string | null)[]> {
  const keys = await redis.keys(`tb:{${TOPIC}/*:meta`)
  return Promise.all(keys.map((key) => redis.hget(key, field)))
}

interface RedisFigures {
  readonly memory: number
  readonly peak: number
  readonly log: number
}

async function redisFigures(redis: Redis): Promise<RedisFigures> {
  const text = await redis.info('all')
  const figure = (name: string) => Number(new RegExp(`^${name}:(\\d+)`, 'm').exec(text)?.[1] ?? 0)
  return {
    memory: figure('used_memory'),
    peak: figure('used_memory_peak'),
    log: figure('aof_current_size'),
  }
}

interface Keys {
  /** Bytes by kind: journeys, due, dict, ledger, meta. */
  readonly bytes: ReadonlyMap<string, number>
  readonly journeys: number
}

async function redisKeys(redis: Redis): Promise<Keys> {
  const bytes = new Map<string, number>()
  let journeys = 0
  for (const key of await redis.keys(`tb:{${TOPIC}/*`)) {
    const kind = key.split(':')[2] ?? ''
    const size = (await redis.call('MEMORY', 'USAGE', key, 'SAMPLES', '0')) as number
    bytes.set(kind, (bytes.get(kind) ?? 0) + size)
    if (kind === 'j') journeys += await redis.hlen(key)
  }
  return { bytes, journeys }
}

interface Table {
  readonly name: string
  readonly rows: number
  readonly bytes: number
}

/** Merged to the end, as it becomes by itself in time. */
async function clickHouseTables(url: string): Promise<readonly Table[]> {
  const db = openServer({ url, database: DATABASE, timeoutMs: 300_000 })
  for (const { name } of TABLES) await db.command(`OPTIMIZE TABLE ${name} FINAL`)
  const found = await db.rows<[string, string, string]>(
    `SELECT table, sum(rows)::String, sum(bytes_on_disk)::String FROM system.parts
     WHERE active AND database = '${DATABASE}' GROUP BY table ORDER BY table`,
  )
  await db.close()
  const names = new Set<string>(TABLES.map(({ name }) => name))
  return found
    .filter(([name]) => names.has(name))
    .map(([name, rows, bytes]) => ({ name, rows: Number(rows), bytes: Number(bytes) }))
}

/** On disk, below the folders that begin so; without the indexes that are allocated in advance. */
function bytesOf(dir: string, prefix: string): number {
  const find = ['-c', `cat "$0"/"$1"*/*.log | wc -c`, dir, prefix]
  return Number(execFileSync('sh', find, { encoding: 'utf8' }))
}

interface Figures {
  readonly kafkaBytes: number
  readonly before: RedisFigures
  readonly after: RedisFigures
  readonly keys: Keys
  readonly tables: readonly Table[]
  readonly seconds: number
  readonly residentMb: number
}

function report({ kafkaBytes, before, after, keys, tables, seconds, residentMb }: Figures): void {
  const perMillion = (amount: number) => (amount / EVENTS) * 1e6
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`
  const journeyBytes = keys.bytes.get('j')!
  const kinds = [...keys.bytes].map(([kind, bytes]) => `${kind} ${mb(perMillion(bytes))}`)
  const rows = tables.reduce((sum, one) => sum + one.rows, 0)
  const bytes = tables.reduce((sum, one) => sum + one.bytes, 0)
  const lines = [
    `${EVENTS} events of six weeks, ${keys.journeys} persons, ${values.partitions} partitions`,
    `per million events:`,
    `  Kafka       ${mb(perMillion(kafkaBytes))} (not compressed)`,
    `  Redis       ${mb(perMillion(after.memory - before.memory))}: ${kinds.join(', ')}`,
    `              at most ${mb(perMillion(after.peak - before.memory))}, ` +
      `append-only file ${mb(perMillion(after.log - before.log))}`,
    `  ClickHouse  ${Math.round(perMillion(rows))} rows, ${mb(perMillion(bytes))}`,
    ...tables.map(
      ({ name, rows: own, bytes: size }) =>
        `    ${name.padEnd(12)} ${Math.round(perMillion(own))} rows, ${mb(perMillion(size))}`,
    ),
    `a journey: ${Math.round(journeyBytes / keys.journeys)} bytes in Redis, ` +
      `${(EVENTS / keys.journeys).toFixed(1)} events`,
    `the worker: ${residentMb} MB at most, ${Math.round(EVENTS / seconds)} events/s`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
