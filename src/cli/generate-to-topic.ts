// Events into a Kafka topic: the generator's, as a live feed or as history, or those of files, with
// their own times. Before the first record the topic is looked at: what it would refuse or soon
// delete is better known then.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openFiles } from '../adapters/files/open-files.ts'
import type { FileInput } from '../adapters/files/file-input.ts'
import type { GeneratedRecord } from '../adapters/generator/generator.ts'
import { EventProducer } from '../adapters/kafka/producer.ts'
import { kafkaTopics } from '../adapters/kafka/topics.ts'
import type { TopicDescription, TopicSettings } from '../adapters/kafka/topics-wanted.ts'
import type { Config } from '../config/config.ts'
import { formatDuration } from '../config/duration.ts'
import { formatTime } from '../core/utc.ts'
import { TributaryError } from '../ports/errors.ts'
import { createFileProgress } from './file-progress.ts'
import { fileRecord, shiftedToNow } from './generate-records.ts'
import { kafkaOptions } from './kafka-options.ts'

/** Kafka's default, for users that may write to the topic but not look at its settings. */
const BYTES_DEFAULT = 1_048_588

export interface TopicJob {
  readonly config: Config
  readonly quiet: boolean
  readonly signal: AbortSignal
}

export interface Produced {
  readonly topic: string
  readonly partitions: number
  readonly records: number
}

/**
 * The generator's records; `isHistory`: with their own times, else as if they happened now.
 * `chunks` come at the rate wanted, each is acknowledged before the next if `isPaced`.
 */
export async function produceGenerated(
  chunks: AsyncIterable<readonly GeneratedRecord[]>,
  how: { readonly isPaced: boolean; readonly isStartGiven: boolean },
  job: TopicJob,
): Promise<Produced> {
  const found = await describeTopic(job.config)
  const hasBrokerTime = found.settings?.timestampType === 'LogAppendTime'
  const isLive = hasBrokerTime && !how.isStartGiven
  if (hasBrokerTime && how.isStartGiven) remark(brokerTime(found.topic), job)
  return withProducer(found, job, async (producer) => {
    for await (const chunk of chunks) {
      job.signal.throwIfAborted()
      const nowMs = Date.now()
      for (const { key, value, timeMs } of chunk) {
        const text = isLive ? shiftedToNow(value, nowMs - timeMs) : value
        await producer.push({ key: Buffer.from(key), value: Buffer.from(text), timeMs })
      }
      if (how.isPaced) await producer.flush()
    }
  })
}

/** The events of the files in order of their times, as `replay` reads them. */
export async function produceFiles(paths: readonly string[], job: TopicJob): Promise<Produced> {
  const found = await describeTopic(job.config)
  if (found.settings?.timestampType === 'LogAppendTime') remark(brokerTime(found.topic), job)
  const workDir = await mkdtemp(join(tmpdir(), 'tributary-generate-'))
  try {
    const input = await openFiles(paths, {
      map: new Map(),
      timeZone: 'UTC',
      hashUsers: false,
      settings: job.config.settings,
      workDir,
      signal: job.signal,
      onProgress: createFileProgress(job.quiet, 'produced'),
    })
    try {
      return await withProducer(found, job, (producer) => produceInput(input, producer, found, job))
    } finally {
      await input.close()
    }
  } finally {
    await rm(workDir, { recursive: true, force: true })
  }
}

async function produceInput(
  input: FileInput,
  producer: EventProducer,
  { topic, settings }: TopicDescription,
  { signal }: TopicJob,
): Promise<void> {
  let isFirst = true
  for await (const { values, timesMs } of input.batches()) {
    signal.throwIfAborted()
    if (isFirst && timesMs.length > 0) refuseTooOld(timesMs[0]!, topic, settings)
    isFirst = false
    for (const [i, value] of values.entries()) {
      await producer.push(fileRecord(value, timesMs[i]!))
    }
  }
}

async function withProducer(
  found: TopicDescription,
  { config }: TopicJob,
  work: (producer: EventProducer) => Promise<void>,
): Promise<Produced> {
  const { topic, partitions, settings } = found
  const { partitioner } = config.kafka
  const producer = new EventProducer(kafkaOptions(config), {
    topic,
    partitions,
    partitioner: partitioner === 'crc32' ? 'crc32' : 'murmur2',
    maxMessageBytes: settings?.maxMessageBytes ?? BYTES_DEFAULT,
  })
  try {
    await producer.start()
    await work(producer)
    await producer.flush()
    return { topic, partitions, records: producer.acknowledged }
  } finally {
    await producer.stop()
  }
}

async function describeTopic(config: Config): Promise<TopicDescription> {
  const topics = kafkaTopics(kafkaOptions(config))
  try {
    const { topic } = config.kafka
    const found = await topics.describe(topic)
    if (found !== null) return found
    throw new TributaryError('TRIBUTARY_KAFKA_UNAVAILABLE', `there is no topic ${topic}`, {
      hint: '`tributary migrate` creates the topics; for history it must have CreateTime',
    })
  } finally {
    await topics.stop()
  }
}

/** `firstMs`: the oldest time, epoch ms. @throws TRIBUTARY_BAD_DATA, before anything was sent */
function refuseTooOld(firstMs: number, topic: string, settings: TopicSettings | null): void {
  if (settings === null || settings.timestampType === 'LogAppendTime') return
  const ageMs = Date.now() - firstMs
  const { retentionMs, timestampBeforeMaxMs } = settings
  const isKept = retentionMs === -1 || ageMs <= retentionMs
  if (isKept && ageMs <= timestampBeforeMaxMs) return
  const first = `the first event is of ${formatTime(firstMs)} UTC`
  const [what, setting] = isKept
    ? ['refuses what is older than', `message.timestamp.before.max.ms=${Number.MAX_SAFE_INTEGER}`]
    : ['deletes what is older than', 'retention.ms=-1']
  const limit = formatDuration(isKept ? timestampBeforeMaxMs : retentionMs)
  throw new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `${first}, but the topic ${topic} ${what} ${limit}; nothing was sent`,
    { hint: `kafka-configs.sh --alter --topic ${topic} --add-config ${setting}` },
  )
}

const brokerTime = (topic: string): string =>
  `${topic} has LogAppendTime: record times are the broker's, so events of the past come late; ` +
  'history wants a topic with message.timestamp.type=CreateTime'

function remark(text: string, { quiet }: TopicJob): void {
  if (!quiet) process.stderr.write(`note: ${text}\n`)
}
