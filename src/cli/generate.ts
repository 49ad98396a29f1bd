// `tributary generate`: seeded events as NDJSON, to a file or stdout, as fast as possible or at a
// rate.
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { createGenerator } from '../adapters/generator/generator.ts'
import { generatorOptions, type GeneratorOptions } from '../adapters/generator/options.ts'
import { parseTimestamp } from '../schema/timestamp.ts'
import { interruptible } from './interrupt.ts'
import { jsonOption, quietOption } from './options.ts'
import { createProgress } from './progress.ts'
import { writeWholeFile } from './whole-file.ts'

export function generateCommand() {
  return new Command('generate')
    .description('write seeded events of a shop with live shows as NDJSON')
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
    .addOption(quietOption())
    .addOption(jsonOption())
    .action(async ({ file, rate, start, quiet, json, ...given }) => {
      const startMs = start === undefined ? {} : { startMs: start }
      const options = generatorOptions({ ...given, ...startMs })
      const hint = file === '-' ? undefined : `${file} was not written`
      await interruptible((signal) => {
        const text = paced(options, { rate, quiet: quiet === true || file === '-', signal })
        if (file !== '-') return writeWholeFile(file, text, signal)
        return pipeline(Readable.from(text), process.stdout, { signal, end: false })
      }, hint)
      if (file === '-' || quiet === true) return
      if (json) process.stdout.write(`${JSON.stringify({ file, records: options.events })}\n`)
      else process.stderr.write(`${file}: ${options.events} records, seed ${options.seed}\n`)
    })
}

interface Pace {
  /** Records per second; undefined: no limit. */
  readonly rate: number | undefined
  readonly quiet: boolean
  readonly signal: AbortSignal
}

const CHUNK_LINES = 250
const TICK_MS = 50

/** The log as text, in chunks of lines, not ahead of the rate. */
async function* paced(options: GeneratorOptions, pace: Pace): AsyncGenerator<string> {
  const { rate = Infinity, quiet, signal } = pace
  const progress = createProgress({ total: options.events, unit: 'records', quiet })
  const startedMs = performance.now()
  let chunk: string[] = []
  let done = 0
  const take = () => {
    const text = chunk.join('')
    chunk = []
    progress.update(done)
    return text
  }
  try {
    for (const { value } of createGenerator(options)) {
      while (done >= ((performance.now() - startedMs + TICK_MS) / 1000) * rate) {
        if (chunk.length > 0) yield take()
        await delay(TICK_MS, undefined, { signal })
      }
      chunk.push(`${value}\n`)
      done++
      if (chunk.length === CHUNK_LINES) yield take()
    }
    yield take()
  } finally {
    progress.stop()
  }
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
