// The same numbers from the same events, however they come: a file through `replay`, and the same
// file through a Kafka topic and workers that are killed again and again. Every `bi_` view must be
// the same CSV, byte for byte. Drives the program as a person would.
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { exportViews } from '../../src/adapters/clickhouse/export-views.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { PROGRAM, PROGRAM_ROOT } from '../program.ts'
import { deleteKeys, deleteTopics, dropDatabase, testName } from '../services.ts'
import { createTopics } from '../services/create-topics.ts'

const PARTITIONS = 4
const WORKERS = 2

export interface SameNumbersOptions {
  /** Events as NDJSON. */
  readonly file: string
  readonly brokers: string
  readonly redisUrl: string
  readonly clickhouseUrl: string
  /** kill -9 of one worker or the other, so often; they are started again at once. */
  readonly killEveryMs: number
  /** The run goes on until so many were killed, even if the log has ended. */
  readonly killsMin: number
  /** No more are killed after that. */
  readonly killsMax: number
  readonly say: (line: string) => void
}

export interface SameNumbers {
  /** Views whose CSV differs. */
  readonly differing: readonly string[]
  readonly views: number
  readonly records: number
  readonly kills: number
  /** How the workers ended that were asked to stop. */
  readonly exitCodes: readonly (number | null)[]
}

export async function sameNumbers(options: SameNumbersOptions): Promise<SameNumbers> {
  const { file, brokers, redisUrl, clickhouseUrl, say } = options
  const name = testName('same')
  const folder = await mkdtemp(path.join(tmpdir(), 'tributary-same-'))
  const env = {
    TRIBUTARY_KAFKA__BROKERS: brokers,
    TRIBUTARY_KAFKA__TOPIC: name,
    TRIBUTARY_KAFKA__GROUP: name,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_REDIS__URL: redisUrl,
    TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
    TRIBUTARY_CLICKHOUSE__DATABASE: name,
    TRIBUTARY_HTTP__PORT: '0',
  }
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  const db = openServer({ url: clickhouseUrl, database: name })
  const workers = new Workers(env, options)
  try {
    say('replaying the file')
    const out = path.join(folder, 'replay')
    await run(['replay', file, '--out', out, '--db', path.join(folder, 'db'), '--quiet'], {})
    await admin.connect()
    await createLog(admin, name)
    await run(['migrate', '--clickhouse-only'], env)
    say('producing it to a topic')
    await run(['generate', '--from', file, '--topic', name, '--quiet'], env)
    workers.start()
    say(`consuming it with ${WORKERS} workers, killing one after the other`)
    await workers.untilKilled()
    await caughtUp(admin, db, name)
    say('settling the last paths')
    await run(['tick', '--until-settled', '--quiet'], env)
    await caughtUp(admin, db, name)
    const exitCodes = await workers.stop()
    const live = await exportViews(db, path.join(folder, 'live'))
    const differing: string[] = []
    for (const { view, file: one } of live) {
      const [a, b] = await Promise.all([readFile(one), readFile(path.join(out, `${view}.csv`))])
      if (!a.equals(b)) differing.push(view)
    }
    const [[records] = ['0']] = await db.rows<[string]>('SELECT sum(records) FROM bi_intake')
    const { kills } = workers
    return { differing, views: live.length, records: Number(records), kills, exitCodes }
  } finally {
    await workers.stop()
    await deleteTopics(admin, name, `${name}.dlq`).catch(() => undefined)
    await admin.disconnect()
    const redis = new Redis(redisUrl)
    await deleteKeys(redis, name)
    redis.disconnect()
    await dropDatabase(db)
    await db.close()
    await rm(folder, { recursive: true, force: true })
  }
}

/** Events of the past, with their own times: the broker must neither refuse nor drop them. */
async function createLog(admin: ReturnType<Kafka['admin']>, name: string): Promise<void> {
  const configEntries = [
    { name: 'message.timestamp.type', value: 'CreateTime' },
    { name: 'message.timestamp.before.max.ms', value: String(Number.MAX_SAFE_INTEGER) },
    { name: 'retention.ms', value: '-1' },
  ]
  await createTopics(
    admin,
    { topic: name, numPartitions: PARTITIONS, configEntries },
    { topic: `${name}.dlq`, numPartitions: 1 },
  )
}

/** Every record of the log is in rows that have landed. */
async function caughtUp(
  admin: ReturnType<Kafka['admin']>,
  db: ReturnType<typeof openServer>,
  topic: string,
): Promise<void> {
  for (const deadline = Date.now() + 600_000; ;) {
    const ends = await admin.fetchTopicOffsets(topic)
    const sql = `SELECT partition, flushed_through FROM progress FINAL WHERE topic = '${topic}'`
    const landed = new Map(await db.rows<[number, string]>(sql))
    const isDone = ends.every(
      ({ partition, high }) => high === '0' || landed.get(partition) === high,
    )
    if (isDone) return
    if (Date.now() > deadline) throw new Error('the workers did not reach the end of the log')
    await delay(200)
  }
}

/** Two workers, of which one is killed now and then. */
class Workers {
  kills = 0
  readonly #env: Readonly<Record<string, string>>
  readonly #options: SameNumbersOptions
  readonly #running: ChildProcess[] = []
  #timer: NodeJS.Timeout | undefined

  constructor(env: Readonly<Record<string, string>>, options: SameNumbersOptions) {
    this.#env = env
    this.#options = options
  }

  start(): void {
    for (let i = 0; i < WORKERS; i++) this.#running[i] = this.#spawn()
    this.#timer = setInterval(() => {
      if (this.kills >= this.#options.killsMax) return
      const at = this.kills++ % WORKERS
      this.#running[at]!.kill('SIGKILL')
      this.#running[at] = this.#spawn()
      this.#options.say(`killed worker ${at + 1} (${this.kills} so far)`)
    }, this.#options.killEveryMs)
  }

  async untilKilled(): Promise<void> {
    while (this.kills < this.#options.killsMin) await delay(100)
  }

  /** Asks all to stop, and says how they ended. */
  async stop(): Promise<(number | null)[]> {
    clearInterval(this.#timer)
    const running = this.#running.splice(0)
    return Promise.all(
      running.map(async (worker) => {
        if (worker.exitCode !== null) return worker.exitCode
        const ended = once(worker, 'exit') as Promise<[number | null]>
        worker.kill('SIGTERM')
        return (await ended)[0]
      }),
    )
  }

  #spawn(): ChildProcess {
    const env = { ...process.env, ...this.#env }
    const options = { cwd: PROGRAM_ROOT, env, stdio: 'ignore' } as const
    return spawn(process.execPath, [...PROGRAM, 'run'], options)
  }
}

async function run(args: readonly string[], env: Readonly<Record<string, string>>): Promise<void> {
  const child = spawn(process.execPath, [...PROGRAM, ...args], {
    cwd: PROGRAM_ROOT,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let words = ''
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()))
  const [code] = (await once(child, 'close')) as [number | null]
  if (code !== 0) throw new Error(`tributary ${args.join(' ')} ended with ${code}:\n${words}`)
}
