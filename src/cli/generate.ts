// `tributary generate`: seeded events, or those of files, as NDJSON or into a Kafka topic; as fast
// as possible or at a rate.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { findFiles } from '../adapters/files/locate-files.ts'
import { createGenerator } from '../adapters/generator/generator.ts'
import type { GeneratedRecord } from '../adapters/generator/generator.ts'
import { generatorOptions, type GeneratorOptions } from '../adapters/generator/options.ts'
import { loadConfig } from '../config/load.ts'
import { parseTimestamp } from '../schema/timestamp.ts'
import { produceFiles, produceGenerated } from './generate-to-topic.ts'
import type { Produced, TopicJob } from './generate-to-topic.ts'
import { interruptible } from './interrupt.ts'
import { configOption, jsonOption, quietOption } from './options.ts'
import { createProgress } from './progress.ts'
import { writeWholeFile } from './whole-file.ts'

const STORY = [
  'events',
  'rate',
  'seed',
  'persons',
  'start',
  'late',
  'duplicate',
  'invalid',
] as const
const SENT =
  'What was acknowledged stays in the topic; sent again, it is recognised by its event_id.'

const HELP = `
Into a topic each event goes to the partition of its user_hash. A topic with LogAppendTime gets a
live feed: the story as if it happened now. One with CreateTime, or --start, gets it with its own
times. --from produces the events of files (NDJSON, CSV, Parquet, as replay reads them) in order of
their times, as record times: for a topic with CreateTime that keeps its records (retention.ms=-1).`

export function generateCommand() {
  return new Command('generate')
    .description('write seeded events of a shop with live shows, or produce them to a topic')
    .option('--events <number>', 'records in all', toNumber, 50_000)
    .option('--rate <number>', 'records per second (default: as fast as possible)', toRate)
    .option('--seed <number>', 'same seed, same bytes (default: 42)', toNumber)
    .option('--persons <number>', 'size of the public (default: one per 12 events)', toNumber)
    .option('--start <time>', 'when the six weeks begin, 2026-10-05 or ISO 8601 with zone', toTime)
    .option('--late <share>', 'records that come late, 0 to 1 (default: 0.02)', toNumber)
    .option('--duplicate <share>', 'records that are copies (default: 0.01)', toNumber)
    .option('--invalid <share>', 'records that are refused (default: 0.005)', toNumber)
    .option('--refund <share>', 'orders that are refunded (default: 0.08)', toNumber)
    .option('--file <file>', 'where to; - for stdout', '-')
    .addOption(new Option('--topic <topic>', 'into a Kafka topic instead').conflicts('file'))
    .addOption(
      new Option('--from <file...>', 'produce the events of these files to --topic').conflicts([
        ...STORY,
        'refund',
        'file',
      ]),
    )
    .addOption(configOption())
    .addOption(quietOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ file, topic, from, config, quiet, json, ...story }, command) => {
      if (from !== undefined && topic === undefined) {
        command.error("error: option '--from <file...>' needs --topic")
      }
      if (topic === undefined) return writeStory({ file, quiet, json, ...story })
      const flags = [{ option: '--topic', key: 'kafka.topic', value: topic }]
      const job = { config: loadConfig({ flags, file: config }), quiet: quiet === true }
      if (from !== undefined) await findFiles(from)
      const produced = await interruptible((signal) => {
        const whole = { ...job, signal }
        return from === undefined ? produceStory(story, whole) : produceFiles(from, whole)
      }, SENT)
      tell(produced, { quiet, json })
    })
}

interface StoryOptions extends Partial<Omit<GeneratorOptions, 'startMs'>> {
  readonly rate?: number | undefined
  readonly start?: number | undefined
}

interface Words {
  readonly quiet: true | undefined
  readonly json: true | undefined
}

async function writeStory(given: StoryOptions & Words & { readonly file: string }): Promise<void> {
  const { file, rate, quiet, json, ...story } = given
  const options = optionsOf(story)
  const hint = file === '-' ? undefined : `${file} was not written`
  await interruptible((signal) => {
    const text = lines(paced(options, { rate, quiet: quiet === true || file === '-', signal }))
    if (file !== '-') return writeWholeFile(file, text, signal)
    return pipeline(Readable.from(text), process.stdout, { signal, end: false })
  }, hint)
  if (file === '-' || quiet === true) return
  if (json) process.stdout.write(`${JSON.stringify({ file, records: options.events })}\n`)
  else process.stderr.write(`${file}: ${options.events} records, seed ${options.seed}\n`)
}

function produceStory({ rate, ...story }: StoryOptions, job: TopicJob): Promise<Produced> {
  const chunks = paced(optionsOf(story), { rate, quiet: job.quiet, signal: job.signal })
  const how = { isPaced: rate !== undefined, isStartGiven: story.start !== undefined }
  return produceGenerated(chunks, how, job)
}

function tell({ topic, partitions, records }: Produced, { quiet, json }: Words): void {
  if (json) process.stdout.write(`${JSON.stringify({ topic, partitions, records })}\n`)
  else if (!quiet)
    process.stderr.write(`${topic}: ${records} records in ${partitions} partitions\n`)
}

function optionsOf({ start, ...given }: Omit<StoryOptions, 'rate'>): GeneratorOptions {
  return generatorOptions({ ...given, ...(start === undefined ? {} : { startMs: start }) })
}

interface Pace {
  /** Records per second; undefined: no limit. */
  readonly rate: number | undefined
  readonly quiet: boolean
  readonly signal: AbortSignal
}

const CHUNK_RECORDS = 250
const TICK_MS = 50

/** The log in chunks, not ahead of the rate. */
async function* paced(options: GeneratorOptions, pace: Pace): AsyncGenerator<GeneratedRecord[]> {
  const { rate = Infinity, quiet, signal } = pace
  const progress = createProgress({ total: options.events, unit: 'records', quiet })
  const startedMs = performance.now()
  let chunk: GeneratedRecord[] = []
  let done = 0
  const take = () => {
    const records = chunk
    chunk = []
    progress.update(done)
    return records
  }
  try {
    for (const record of createGenerator(options)) {
      while (done >= ((performance.now() - startedMs + TICK_MS) / 1000) * rate) {
        if (chunk.length > 0) yield take()
        await delay(TICK_MS, undefined, { signal })
      }
      chunk.push(record)
      done++
      if (chunk.length === CHUNK_RECORDS) yield take()
    }
    yield take()
  } finally {
    progress.stop()
  }
}

async function* lines(chunks: AsyncIterable<readonly GeneratedRecord[]>): AsyncGenerator<string> {
  for await (const chunk of chunks) yield chunk.map(({ value }) => `${value}\n`).join('')
}

function toNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number))
    throw new InvalidArgumentError('Not a number.')
  return number
}

function toRate(text: string): number {
  const rate = toNumber(text)
  if (rate <= 0) throw new InvalidArgumentError('A rate is more than 0.')
  return rate
}

function toTime(text: string): number {
  const timeMs = parseTimestamp(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text)
  if (timeMs === -1) throw new InvalidArgumentError('Expected 2026-10-05 or 2026-10-05T18:00:00Z.')
  return timeMs
}
