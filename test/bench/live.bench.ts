// `npm run bench live`: the built worker on real Kafka, Redis (AOF every second) and the ClickHouse
// engine over HTTP, beside a bare kafkajs consumer (`eachBatch` and `JSON.parse`, nothing else) on
// the same topic, in turns and in one run, since machines are noisy: what counts is the ratio. The
// topic is filled beforehand. CPU seconds are those of every process that works, per million
// events.
//
//   npm run build && npm run bench live -- --events 1000000 --rounds 3 --partitions 4
import { execFileSync, spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { readMigrations } from '../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { createTopics } from '../services/create-topics.ts'

const { values } = parseArgs({
  options: {
    events: { type: 'string', default: '1000000' },
    persons: { type: 'string' },
    rounds: { type: 'string', default: '3' },
    partitions: { type: 'string', default: '4' },
    bare: { type: 'string' },
    brokers: { type: 'string' },
  },
})
const EVENTS = Number(values.events)
const PARTITIONS = Number(values.partitions)
const ROOT = process.cwd()
const UP = 'deploy/local/up'
const say = (line: string): void => void process.stderr.write(`${line}\n`)

interface Service {
  readonly name: string
  readonly url: string
  readonly pid: number
}

/** What one consumer did with the whole topic. */
interface Reading {
  readonly who: 'bare' | 'worker'
  readonly eventsPerSecond: number
  /** CPU seconds per million events, by process. */
  readonly cpu: Readonly<Record<string, number>>
  /** Resident MB of the consumer at each tenth of the way. */
  readonly residentMb: readonly number[]
}

if (values.bare === undefined) await compare()
else await consumeBare(values.bare, values.brokers ?? '')

async function compare(): Promise<void> {
  const services = JSON.parse(
    execFileSync(UP, ['--json'], { cwd: ROOT, encoding: 'utf8' }),
  ) as Service[]
  const brokers = services.find(({ name }) => name === 'kafka')!.url
  const topic = `test_bench_${Date.now().toString(36)}`
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await fill(kafka, topic)
    const readings: Reading[] = []
    for (let round = 1; round <= Number(values.rounds); round++) {
      for (const who of ['bare', 'worker'] as const) {
        const reading = await measure(who, { services, topic, group: `${topic}_${who}_${round}` })
        say(`round ${round}, ${who}: ${Math.round(reading.eventsPerSecond)} events/s`)
        readings.push(reading)
      }
    }
    report(readings)
  } finally {
    await admin.deleteTopics({ topics: [topic, `${topic}.dlq`] })
    await admin.disconnect()
  }
}

/**
 * Events with their own times: a topic of the past, as a backfill has it. Without invalid ones,
 * since the bare consumer would die of them.
 */
async function fill(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  const producer = kafka.producer({ allowAutoTopicCreation: false })
  await Promise.all([admin.connect(), producer.connect()])
  const past = [
    { name: 'message.timestamp.type', value: 'CreateTime' },
    { name: 'retention.ms', value: '-1' },
  ]
  await createTopics(
    admin,
    { topic, numPartitions: PARTITIONS, configEntries: past },
    { topic: `${topic}.dlq`, numPartitions: 1 },
  )
  const persons = values.persons === undefined ? {} : { persons: Number(values.persons) }
  let messages: { key: string; value: string; timestamp: string }[] = []
  let sent = 0
  for (const { timeMs, key, value } of createGenerator(
    generatorOptions({ events: EVENTS, invalid: 0, ...persons }),
  )) {
    messages.push({ key, value, timestamp: String(timeMs) })
    if (messages.length < 1_000) continue
    await producer.send({ topic, messages })
    sent += messages.length
    messages = []
    if (sent % 200_000 === 0) say(`filled ${sent} of ${EVENTS}`)
  }
  if (messages.length > 0) await producer.send({ topic, messages })
  await Promise.all([producer.disconnect(), admin.disconnect()])
}

interface Place {
  readonly services: readonly Service[]
  readonly topic: string
  readonly group: string
}

async function measure(who: Reading['who'], place: Place): Promise<Reading> {
  const { services } = place
  const consumer = who === 'bare' ? startBare(place) : await startWorker(place)
  const { child } = consumer
  const pids = [
    ...services.map(({ name, pid }) => [name, pid] as const),
    [who, child.pid!] as const,
  ]
  let begun: { readonly ms: number; readonly events: number; readonly cpu: number[] } | null = null
  const residentMb: number[] = []
  for (;;) {
    if (child.exitCode !== null)
      throw new Error(`the ${who} consumer ended early with ${child.exitCode}`)
    const events = await consumer.done()
    if (begun === null && events > 0) {
      begun = { ms: performance.now(), events, cpu: pids.map(([, pid]) => cpuSeconds(pid)) }
    }
    if (events >= ((residentMb.length + 1) / 10) * EVENTS) residentMb.push(resident(child.pid!))
    if (begun !== null && events >= EVENTS) break
    await delay(20)
  }
  const seconds = (performance.now() - begun.ms) / 1_000
  const events = EVENTS - begun.events
  const before = begun.cpu
  const cpu = pids.map(([name, pid], i) => {
    return [name, ((cpuSeconds(pid) - before[i]!) / events) * 1e6] as const
  })
  await consumer.end()
  return { who, eventsPerSecond: events / seconds, cpu: Object.fromEntries(cpu), residentMb }
}

interface Consumer {
  readonly child: ChildProcess
  /** Events consumed so far. */
  done(): Promise<number>
  end(): Promise<void>
}

function startBare({ services, topic, group }: Place): Consumer {
  const brokers = services.find(({ name }) => name === 'kafka')!.url
  const args = [fileURLToPath(import.meta.url), '--bare', `${topic},${group}`, '--brokers', brokers]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  let seen = 0
  child.on('message', (count) => (seen = Number(count)))
  return {
    child,
    done: () => Promise.resolve(seen),
    end: async () => {
      child.kill('SIGKILL')
      await once(child, 'exit')
    },
  }
}

async function startWorker({ services, topic, group }: Place): Promise<Consumer> {
  const url = (name: string): string => services.find((one) => one.name === name)!.url
  const env = {
    ...process.env,
    TRIBUTARY_KAFKA__BROKERS: url('kafka'),
    TRIBUTARY_KAFKA__TOPIC: topic,
    TRIBUTARY_KAFKA__GROUP: group,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_REDIS__URL: url('redis'),
    TRIBUTARY_CLICKHOUSE__URL: url('clickhouse'),
    TRIBUTARY_CLICKHOUSE__DATABASE: group,
    TRIBUTARY_HTTP__PORT: '0',
  }
  const main = path.join(ROOT, 'dist/main.js')
  const db = openServer({ url: url('clickhouse'), database: group })
  // The bench is compiled into another folder than that of the migrations.
  const folder = new URL(`file://${ROOT}/schemas/clickhouse/`)
  await migrate(db, { migrations: await readMigrations(folder) })
  const redis = new Redis(url('redis'))
  await forgetState(redis, topic)
  const child = spawn(process.execPath, [main, 'run'], { env, stdio: ['ignore', 'ignore', 2] })
  const metas = Array.from({ length: PARTITIONS }, (_, p) => `tb:{${topic}/${p}}:meta`)
  return {
    child,
    done: async () => {
      const nexts = await Promise.all(metas.map((meta) => redis.hget(meta, 'next')))
      return nexts.reduce((sum, next) => sum + Number(next ?? 0), 0)
    },
    end: async () => {
      const ended = once(child, 'exit')
      child.kill('SIGTERM')
      await ended
      await forgetState(redis, topic)
      redis.disconnect()
      await db.command(`DROP DATABASE ${group}`)
      await db.close()
    },
  }
}

async function forgetState(redis: Redis, topic: string): Promise<void> {
  const keys = await redis.keys(`tb:{${topic}/*`)
  for (let at = 0; at < keys.length; at += 500) await redis.unlink(...keys.slice(at, at + 500))
}

/** What the bare consumer is: every value parsed, nothing kept. */
async function consumeBare(place: string, brokers: string): Promise<void> {
  const [topic = '', groupId = ''] = place.split(',')
  const kafka = new Kafka({ brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 200 })
  let seen = 0
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    partitionsConsumedConcurrently: PARTITIONS,
    eachBatch: ({ batch }) => {
      for (const { value } of batch.messages) {
        const event = JSON.parse(value!.toString()) as object
        if (event !== null) seen++
      }
      process.send?.(seen)
      return Promise.resolve()
    },
  })
}

/** User and system time of a process; Linux counts both in hundredths of a second. */
function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return (Number(fields[11]) + Number(fields[12])) / 100
}

function resident(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024)
}

function report(readings: readonly Reading[]): void {
  const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[all.length >> 1]!
  const of = (who: Reading['who']) => readings.filter((reading) => reading.who === who)
  const speed = (who: Reading['who']) => median(of(who).map((one) => one.eventsPerSecond))
  const lines = [
    `${EVENTS} events, ${PARTITIONS} partitions, medians of ${of('bare').length} rounds`,
  ]
  for (const who of ['bare', 'worker'] as const) {
    const cpu = Object.keys(of(who)[0]!.cpu).map(
      (name) => `${name} ${median(of(who).map((one) => one.cpu[name]!)).toFixed(1)}`,
    )
    lines.push(`${who}: ${Math.round(speed(who))} events/s`)
    lines.push(`  CPU seconds per million events: ${cpu.join(', ')}`)
    lines.push(`  resident MB at each tenth: ${of(who).at(-1)!.residentMb.join(' ')}`)
  }
  lines.push(`worker / bare: ${(speed('worker') / speed('bare')).toFixed(2)}`)
  process.stdout.write(`${lines.join('\n')}\n`)
}
