// Bad input at scale through the real consumer path: records drawn from one seed are written to a
// topic of a real Kafka, the product's worker consumes them, an operator skips what nobody can
// decode, and at the end every record has the outcome, every dead letter and every total that the
// independent reading of the contract gives it.
import { Redis } from 'ioredis'
import { Kafka, logLevel } from 'kafkajs'
import { migrate } from '../../src/adapters/clickhouse/migrate.ts'
import { readMigrations } from '../../src/adapters/clickhouse/migration-files.ts'
import { openServer } from '../../src/adapters/clickhouse/server.ts'
import type { ClickHouse } from '../../src/adapters/clickhouse/connection.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { deleteKeys, dropDatabase, testName } from '../services.ts'
import { createTopics } from '../services/create-topics.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { checkLetters } from './dead-letters.ts'
import { drawLog } from './drawn-log.ts'
import type { LogPlan } from './drawn-log.ts'
import { checkTotals } from './ledger-totals.ts'
import { runCommand, WorkerProcess } from './program.ts'
import type { Report } from './report.ts'
import { verdictsOf } from './verdicts.ts'
import { LogWriter } from './written-log.ts'
import type { WrittenPartition } from './written-log.ts'

export interface BadInputOptions {
  readonly records: number
  readonly seed: number
  readonly redisUrl: string
  readonly clickhouseUrl: string
  readonly say: (line: string) => void
  /** So many of all offsets have been consumed. */
  readonly progress: (done: number, total: number) => void
}

const PARTITIONS = 4
const DAY_MS = 86_400_000
/** Small, so that journeys get full and dimensions become `(other)`. */
const SETTINGS = { ...DEFAULT_SETTINGS, journeyEventsMax: 100, dimensionValuesMax: 60 }
const DIFFERENCES_SHOWN = 5

export async function badInput(options: BadInputOptions): Promise<Report> {
  const startedMs = Date.now()
  const run = await begin(options)
  try {
    const written = await writeLog(run)
    const lives = await consumeAll(run, written)
    const checked = await check(run, written.partitions, lives)
    return { ...checked, seconds: Math.round((Date.now() - startedMs) / 1_000) }
  } finally {
    await end(run)
  }
}

/** Everything that a run holds. */
interface Run {
  readonly options: BadInputOptions
  readonly kafka: PrivateKafka
  readonly topic: string
  readonly db: ClickHouse
  readonly redis: Redis
  readonly env: Readonly<Record<string, string>>
}

async function begin(options: BadInputOptions): Promise<Run> {
  const { redisUrl, clickhouseUrl, say } = options
  const topic = testName('bad_input')
  say('starting a broker')
  const kafka = await startPrivateKafka()
  await createLog(kafka.brokers, topic)
  const env = {
    TRIBUTARY_KAFKA__BROKERS: kafka.brokers,
    TRIBUTARY_KAFKA__TOPIC: topic,
    TRIBUTARY_KAFKA__GROUP: topic,
    TRIBUTARY_KAFKA__ALLOW_CREATE_TIME: 'true',
    TRIBUTARY_REDIS__URL: redisUrl,
    TRIBUTARY_CLICKHOUSE__URL: clickhouseUrl,
    TRIBUTARY_CLICKHOUSE__DATABASE: topic,
    // Machines that test are slow, and nobody starts the worker again.
    TRIBUTARY_STALL_TIMEOUT: '10m',
    TRIBUTARY_JOURNEY_EVENTS_MAX: String(SETTINGS.journeyEventsMax),
    TRIBUTARY_DIMENSION_VALUES_MAX: String(SETTINGS.dimensionValuesMax),
  }
  const db = openServer({ url: clickhouseUrl, database: topic })
  await migrate(db, { migrations: await readMigrations() })
  return { options, kafka, topic, db, redis: new Redis(redisUrl), env }
}

async function end({ redis, topic, db, kafka }: Run): Promise<void> {
  await deleteKeys(redis, topic)
  redis.disconnect()
  await dropDatabase(db)
  await db.close()
  await kafka.remove()
}

async function createLog(brokers: string, topic: string): Promise<void> {
  const admin = new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING }).admin()
  const config = {
    'message.timestamp.type': 'CreateTime',
    'retention.ms': '-1',
    'max.message.bytes': '20000000',
  }
  const configEntries = Object.entries(config).map(([name, value]) => ({ name, value }))
  await admin.connect()
  await createTopics(
    admin,
    { topic, numPartitions: PARTITIONS, configEntries },
    { topic: `${topic}.dlq`, numPartitions: 1 },
  )
  await admin.disconnect()
}

async function writeLog({ options, kafka, topic }: Run): Promise<LogWriter> {
  const { records, seed, say } = options
  const endMs = Math.floor(Date.now() / DAY_MS - 1) * DAY_MS
  const plan: LogPlan = { seed, records, partitions: PARTITIONS, endMs }
  say('writing the log')
  const writer = await LogWriter.open(kafka.brokers, topic, PARTITIONS)
  try {
    for (const batch of drawLog(plan)) await writer.write(batch)
    await writer.finish()
  } finally {
    await writer.close()
  }
  writer.damage(`${kafka.folder}/data`)
  return writer
}

/** What was seen while the log was consumed. */
interface Lives {
  readonly halts: number
  readonly residentMb: number
  readonly differences: string[]
}

/** One worker after the other, until none halts any more. */
async function consumeAll(run: Run, { partitions }: LogWriter): Promise<Lives> {
  const rounds = Math.max(...partitions.map(({ damages }) => damages.length))
  const lives = { halts: 0, residentMb: 0, differences: [] as string[] }
  for (let round = 0; round <= rounds; round++) {
    run.options.say(round === 0 ? 'consuming' : `consuming what comes behind skip ${round}`)
    const worker = new WorkerProcess(run.env)
    try {
      await consumeOnce(run, worker, partitions, round, lives)
    } finally {
      await worker.kill()
    }
    lives.residentMb = Math.max(lives.residentMb, worker.residentMb)
  }
  return lives
}

async function consumeOnce(
  run: Run,
  worker: WorkerProcess,
  partitions: readonly WrittenPartition[],
  round: number,
  lives: { halts: number; differences: string[] },
): Promise<void> {
  const total = partitions.reduce((sum, { end: offsets }) => sum + offsets, 0)
  // Each partition goes as far as its next damage, and no further.
  const stops = partitions.map(({ damages, end: offsets }) => damages[round]?.from ?? offsets)
  await worker.until(async () => {
    const nexts = await nextsOf(run)
    const position = nexts.reduce((sum, next) => sum + next, 0)
    run.options.progress(position, total)
    const halted = worker.lines('partition_halted').length
    const isThere = nexts.every((next, i) => next >= stops[i]!)
    const damaged = partitions.filter(({ damages }) => damages.length > round).length
    // What comes before a halt waits in Redis until the partition goes on.
    const isPublished = damaged > 0 || (await landedOf(run)).join() === stops.join()
    return { isDone: isThere && halted >= damaged && isPublished, position }
  })
  const code = await worker.stop()
  if (code !== 0) lives.differences.push(`the worker ended with ${code}`)
  const nexts = await nextsOf(run)
  if (nexts.join() !== stops.join()) {
    lives.differences.push(`positions ${nexts.join()}, and should be ${stops.join()}`)
  }
  const halts = worker.lines('partition_halted')
  lives.halts += halts.length
  if (worker.output.includes('person-')) lives.differences.push('a log line names a person')
  for (const { reason, partition } of halts) {
    const expected = partitions[Number(partition)]?.damages[round]
    if (reason !== 'undecodable_batch' || expected === undefined) {
      lives.differences.push(`partition ${String(partition)} halted: ${String(reason)}`)
    }
  }
  await Promise.all(
    partitions.map(async ({ damages }, partition) => {
      const damage = damages[round]
      if (damage !== undefined) await skip(run, partition, damage)
    }),
  )
}

async function skip(
  { env }: Run,
  partition: number,
  { from, to, damage }: { from: number; to: number; damage: string },
): Promise<void> {
  const numbers = { '--partition': partition, '--from': from, '--to': to }
  const flags = Object.entries(numbers).flatMap(([name, value]) => [name, String(value)])
  await runCommand(['admin', 'skip', ...flags, '--reason', damage, '--execute'], env)
}

const nextsOf = ({ redis, topic }: Run): Promise<number[]> =>
  Promise.all(
    Array.from({ length: PARTITIONS }, async (_, partition) =>
      Number(await redis.hget(`tb:{${topic}/${partition}}:meta`, 'next')),
    ),
  )

/** By partition, the offset all of whose rows are in ClickHouse. */
async function landedOf({ db, topic }: Run): Promise<number[]> {
  const sql = `SELECT partition, flushed_through FROM progress FINAL WHERE topic = '${topic}'`
  const landed = new Map(await db.rows<[number, string]>(sql))
  return Array.from({ length: PARTITIONS }, (_, partition) => Number(landed.get(partition) ?? 0))
}

async function check(
  run: Run,
  partitions: readonly WrittenPartition[],
  lives: Lives,
): Promise<Omit<Report, 'seconds'>> {
  const { options, kafka, topic, db } = run
  options.say('reading the contract')
  const place = (partition: number) => ({ partition, partitions: PARTITIONS })
  const verdicts = partitions.map((one, i) => verdictsOf(one, place(i), SETTINGS))
  options.say('comparing dead letters')
  const wanted = verdicts.map(({ letters }) => letters)
  const letters = await checkLetters(kafka.brokers, { topic, wanted })
  options.say('comparing rows')
  const logs = verdicts.map(({ log }) => log)
  const totals = await checkTotals(db, topic, logs, SETTINGS)
  const counts: Record<string, number> = {}
  for (const one of verdicts) {
    for (const [name, count] of one.counts) counts[name] = (counts[name] ?? 0) + count
  }
  const all = [...lives.differences, ...letters.differences, ...totals.differences]
  return {
    seed: options.seed,
    offsets: partitions.reduce((sum, { end: offsets }) => sum + offsets, 0),
    records: logs.reduce((sum, log) => sum + log.length, 0),
    counts: Object.fromEntries(Object.entries(counts).sort(([, a], [, b]) => b - a)),
    skips: partitions.reduce((sum, { damages }) => sum + damages.length, 0),
    halts: lives.halts,
    deadLetters: letters.letters,
    deadLettersCut: letters.cut,
    deadLettersTwice: letters.copies,
    ledgerRows: totals.rows,
    residentMb: lives.residentMb,
    differing: all.length,
    differences: all.slice(0, DIFFERENCES_SHOWN),
  }
}
