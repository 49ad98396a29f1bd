// `tributary tick --until-settled`: the end of a backfill. After the last record of history nothing
// moves stream time on, so the last paths would stay open for ever; ticks at the last touch +
// inactivity_gap + 1 ms end them, as `replay` does at the end of its files.
import { setTimeout as delay } from 'node:timers/promises'
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { KafkaSource } from '../adapters/kafka/kafka-source.ts'
import { kafkaTicks } from '../adapters/kafka/ticks.ts'
import { connectRedis } from '../adapters/redis/connect.ts'
import type { RedisClient } from '../adapters/redis/connect.ts'
import { redisStateStore } from '../adapters/redis/redis-state-store.ts'
import type { Config } from '../config/config.ts'
import { parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import { formatTime } from '../core/utc.ts'
import { TributaryError } from '../ports/errors.ts'
import type { TopicFacts } from '../ports/record-source.ts'
import { parsePartitionCounts } from '../schema/partition-counts.ts'
import { interruptible } from './interrupt.ts'
import { kafkaOptions } from './kafka-options.ts'
import { configOption, jsonOption, quietOption } from './options.ts'
import { createProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { lastTouchOf } from './tick-last-touch.ts'
import type { PartitionTouches } from './tick-last-touch.ts'
import { settlePartition } from './tick-settle.ts'

const PATIENCE_MS = 60_000

const HELP = `
For a backfill on a topic with CreateTime, when all of it has been produced. Workers must be running
(TRIBUTARY_KAFKA__ALLOW_CREATE_TIME=true): each round waits for them. Safe to repeat.
Afterwards a record older than its partition's tick less \`lateness\` is late.
Exit codes: 65 when the last touch is too recent, 69 when no worker consumes the topic.`

export function tickCommand() {
  return new Command('tick')
    .description('end the last paths of a backfill: ticks until every path has lapsed')
    .requiredOption('--until-settled', 'append ticks until nobody is due any more')
    .option('--topic <topic>', 'topic of events (default: kafka.topic of the configuration)')
    .option('--patience <duration>', 'how long workers may stand still (default: 60s)', toDuration)
    .addOption(configOption())
    .addOption(quietOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ topic, patience = PATIENCE_MS, config, quiet, json }) => {
      const flags = [{ option: '--topic', key: 'kafka.topic', value: topic }]
      const loaded = loadConfig({ flags, file: config })
      const words = { quiet: quiet === true, json: json === true }
      const settled = await interruptible((signal) =>
        withServices({ config: loaded, patienceMs: patience, signal, ...words }, settle),
      )
      tell(loaded.kafka.topic, settled, words)
    })
}

interface Words {
  readonly quiet: boolean
  readonly json: boolean
}

interface Job extends Words {
  readonly config: Config
  readonly patienceMs: number
  readonly signal: AbortSignal
}

interface Services extends Job {
  readonly source: KafkaSource
  readonly redis: RedisClient
}

interface Wanted extends PartitionTouches {
  readonly tickMs: number
}

/** What became of a partition; 0 ticks: there was nothing to do. */
interface Settled {
  readonly partition: number
  readonly lastTouchMs: number
  readonly tickMs: number
  readonly ticks: number
}

async function withServices<T>(job: Job, work: (services: Services) => Promise<T>): Promise<T> {
  const { config } = job
  const { topic, group } = config.kafka
  const { batchInflatedBytesMax } = config
  const source = new KafkaSource({ ...kafkaOptions(config), topic, group, batchInflatedBytesMax })
  const redis = await connectRedis(config.redis)
  try {
    await source.connect()
    return await work({ ...job, source, redis })
  } finally {
    await source.stop()
    redis.disconnect()
  }
}

async function settle(services: Services): Promise<Settled[]> {
  const { config, source, quiet } = services
  const { topic } = config.kafka
  const facts = await source.facts()
  refuseBrokerTime(topic, facts)
  const touched = (await readAll(services, facts)).filter(({ lastTouchMs }) => lastTouchMs > 0)
  const wanted = touched.map((one) => ({ ...one, tickMs: tickTime(one, config) }))
  refuseFuture(wanted)
  const latestMs = Math.max(0, ...wanted.map(({ tickMs }) => tickMs))
  if (!quiet && wanted.length > 0) {
    const lateMs = latestMs - config.settings.latenessMs
    process.stderr.write(
      `note: from now on records older than ${formatTime(lateMs)} UTC (at the latest) are late\n`,
    )
  }
  return tickAll(services, wanted)
}

const tickTime = ({ lastTouchMs }: PartitionTouches, { settings }: Config): number =>
  lastTouchMs + settings.inactivityGapMs + 1

function refuseBrokerTime(topic: string, { isCreateTime }: TopicFacts): void {
  if (isCreateTime) return
  const message = `${topic} has LogAppendTime, where a tick cannot have a time of its own`
  throw new TributaryError('TRIBUTARY_USAGE', message, {
    hint: 'workers with TRIBUTARY_TICKS=true append ticks to such a topic by themselves',
  })
}

/** Stream time must not be ahead of the clock: workers halt there, and live records were late. */
function refuseFuture(wanted: readonly Wanted[]): void {
  const latestMs = Math.max(0, ...wanted.map(({ tickMs }) => tickMs))
  if (latestMs <= Date.now()) return
  throw new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `the last touch is too recent: this works from ${formatTime(latestMs)} UTC on`,
    {
      hint: 'nothing was appended; paths end when inactivity_gap has passed after their last touch',
    },
  )
}

/** The last touch of every partition, from its log. */
async function readAll(services: Services, facts: TopicFacts): Promise<PartitionTouches[]> {
  const { config, source, redis, signal, quiet } = services
  const { topic, partitioner } = config.kafka
  const numbers = Array.from({ length: facts.partitions }, (_, partition) => partition)
  const bounds = await Promise.all(numbers.map((partition) => source.bounds(partition)))
  const total = bounds.reduce((sum, { low, high }) => sum + high - low, 0)
  const progress = createProgress({ total, unit: 'records read', quiet })
  let passed = 0
  const touches: PartitionTouches[] = []
  try {
    for (const [partition, { low, high }] of bounds.entries()) {
      const { meta } = await redisStateStore(redis, topic, partition).owner()
      const present = [{ fromOffset: 0, count: facts.partitions }]
      const counts = meta === null ? present : parsePartitionCounts(meta.partitionCounts)
      const question = {
        partition,
        from: Math.max(low, meta?.baseOffset ?? 0),
        to: high,
        settings: config.settings,
        placement: { partitioner, counts },
        signal,
        onPassed: (offsets: number) => progress.update((passed += offsets)),
      }
      touches.push(await lastTouchOf(source, question))
    }
  } finally {
    progress.stop()
  }
  return touches
}

async function tickAll(services: Services, wanted: readonly Wanted[]): Promise<Settled[]> {
  const { config, source, redis, signal, quiet, patienceMs } = services
  const { topic } = config.kafka
  const ticks = kafkaTicks(kafkaOptions(config), topic)
  const progress = createWaiting(wanted.length, quiet)
  const settled: Settled[] = []
  try {
    await ticks.start()
    const ends = await Promise.allSettled(
      wanted.map(async ({ partition, lastTouchMs, tickMs }) => {
        const appended = await settlePartition({
          topic,
          partition,
          tickMs,
          inactivityGapMs: config.settings.inactivityGapMs,
          source,
          ticks,
          store: redisStateStore(redis, topic, partition),
          patienceMs,
          sleep: (ms) => delay(ms, undefined, { signal }),
          now: () => performance.now(),
          onLeft: progress.left,
        })
        settled.push({ partition, lastTouchMs, tickMs, ticks: appended })
      }),
    )
    for (const end of ends) if (end.status === 'rejected') throw end.reason
  } finally {
    progress.stop()
    await ticks.stop()
  }
  return settled.toSorted((a, b) => a.partition - b.partition)
}

/** How far the workers have come; what they have before them is known when all were asked once. */
function createWaiting(partitions: number, quiet: boolean) {
  const left = new Map<number, number>()
  const sum = () => [...left.values()].reduce((all, one) => all + one, 0)
  let total = 0
  let progress: Progress | null = null
  return {
    left: (partition: number, records: number) => {
      left.set(partition, records)
      if (left.size < partitions) return
      total = Math.max(total, sum())
      progress ??= createProgress({ total, unit: 'records consumed', quiet })
      progress.update(total - sum())
    },
    stop: () => progress?.stop(),
  }
}

function tell(topic: string, settled: readonly Settled[], { quiet, json }: Words): void {
  const ticks = settled.reduce((sum, one) => sum + one.ticks, 0)
  if (json) {
    const partitions = settled.map((one) => ({
      partition: one.partition,
      last_touch: new Date(one.lastTouchMs).toISOString(),
      tick_time: new Date(one.tickMs).toISOString(),
      ticks: one.ticks,
    }))
    process.stdout.write(`${JSON.stringify({ topic, ticks, partitions })}\n`)
  } else if (!quiet) {
    process.stderr.write(`${topic}: settled, ${ticks} ticks in ${settled.length} partitions\n`)
  }
}

function toDuration(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined || ms < 1_000) throw new InvalidArgumentError('Expected 1s or more, as 90s.')
  return ms
}
