// One run of the demo: the log is fed while, beside it, the ledger is flushed, read and shown.
// However the feed ends, the ledger is whole then: due paths settled, everything published, the
// state saved.
import { setTimeout as delay } from 'node:timers/promises'
import { RejectedFile } from '../../adapters/files/rejected-file.ts'
import { MemoryDeadLetters } from '../../adapters/memory/memory-dead-letters.ts'
import type { GeneratedRecord } from '../../adapters/generator/generator.ts'
import type { Settings } from '../../core/settings.ts'
import type { LocalLedger } from '../local-ledger.ts'
import { LocalRun } from '../local-run.ts'
import type { Display } from './display.ts'
import { ExamplePerson } from './example-person.ts'
import { feed } from './feed.ts'
import type { Figures } from './figures.ts'
import { createPace, type Rates } from './pace.ts'
import { readFigures } from './read-figures.ts'

const TOPIC = 'demo'

export interface DemoOptions {
  readonly ledger: LocalLedger
  readonly settings: Settings
  readonly log: Iterable<GeneratedRecord>
  readonly rates: Rates
  readonly display: Display
  /** Ends the feed, as the end of the log does. */
  readonly signal: AbortSignal
}

export interface DemoResult {
  readonly figures: Figures
  /** Somebody who bought; null: nobody has. */
  readonly userHash: string | null
  readonly seconds: number
}

export async function runDemo(options: DemoOptions): Promise<DemoResult> {
  const { ledger, settings } = options
  const rejected = ledger.folder === null ? null : new RejectedFile(ledger.folder)
  const deadLetters = rejected ?? new MemoryDeadLetters()
  const run = new LocalRun({ ledger, topic: TOPIC, settings, deadLetters })
  try {
    await run.start()
    const person = new ExamplePerson()
    const startedMs = performance.now()
    await play(run, person, options)
    await run.finish('due')
    const seconds = (performance.now() - startedMs) / 1000
    await rejected?.finish()
    return { figures: await readFigures(ledger.db), userHash: person.userHash, seconds }
  } catch (error) {
    await run.stop()
    await rejected?.discard()
    throw error
  }
}

/** Feeds and watches; the first of the two that fails ends both. */
async function play(run: LocalRun, person: ExamplePerson, options: DemoOptions): Promise<void> {
  const { settings, log, rates, signal } = options
  const ended = new AbortController()
  const feeding = feed(run, log, {
    topic: TOPIC,
    settings,
    pace: createPace(rates),
    signal: AbortSignal.any([signal, ended.signal]),
    onEvent: (event, { key }) => person.add(event, String(key)),
  })
  const watching = watch(run, ended.signal, options)
  try {
    await Promise.race([feeding, watching])
    await feeding
  } finally {
    ended.abort()
    await Promise.allSettled([feeding, watching])
  }
}

/** Publishes, reads and shows, again and again; at most half of the time goes into it. */
async function watch(
  run: LocalRun,
  ended: AbortSignal,
  { ledger, display }: DemoOptions,
): Promise<void> {
  const { everyMs } = display
  if (everyMs === null) return
  for (let restMs = everyMs; ;) {
    await delay(restMs, undefined, { signal: ended }).catch(() => undefined)
    if (ended.aborted) return
    const startedMs = performance.now()
    display.show(await run.published(() => readFigures(ledger.db)))
    const tookMs = performance.now() - startedMs
    restMs = Math.max(everyMs - tookMs, tookMs)
  }
}
