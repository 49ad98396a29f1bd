// One partition in this process: state in memory, ledger in ClickHouse, flushes beside the work.
// What `replay` and `demo` share; the runtime is that of production.
import { createClickHouseLedger } from '../adapters/clickhouse/ledger-sink.ts'
import { saveState, stateFile } from '../adapters/memory/state-file.ts'
import { MemoryStateStore } from '../adapters/memory/memory-state-store.ts'
import {
  FILE_FACTS,
  noProbe,
  noTelemetry,
  systemRandom,
  timelessClock,
} from '../adapters/process/system.ts'
import type { Settings } from '../core/settings.ts'
import type { DeadLetterSink } from '../ports/dead-letter-sink.ts'
import { DEFAULT_LIMITS } from '../runtime/partition-options.ts'
import type { JudgedSpan, Limits, LogView } from '../runtime/partition-options.ts'
import { PartitionWorker } from '../runtime/partition-worker.ts'
import { settle } from '../runtime/settle.ts'
import { settingsFingerprint } from '../schema/settings-fingerprint.ts'
import type { LocalLedger } from './local-ledger.ts'

/** Rows that have gathered before a flush is begun beside the work. */
const FLUSH_ROWS = 50_000

/** Memory has no other clients to keep waiting, so commits may be large. */
const LIMITS: Limits = {
  ...DEFAULT_LIMITS,
  commitJourneysMax: Infinity,
  commitBytesMax: 64 << 20,
  cachedJourneysMax: Infinity,
}

/** A file is read from its beginning, by nobody else. */
const EMPTY_LOG: LogView = {
  facts: FILE_FACTS,
  bounds: { low: 0, high: 0 },
  groupNext: null,
  readAt: () => Promise.resolve(null),
  again: () => Promise.resolve(EMPTY_LOG),
}

export interface LocalRunOptions {
  readonly ledger: LocalLedger
  /** Names the log in the ledger: `replay`, `demo`. */
  readonly topic: string
  readonly settings: Settings
  readonly deadLetters: DeadLetterSink
}

export class LocalRun {
  readonly worker: PartitionWorker
  readonly #options: LocalRunOptions
  readonly #store = new MemoryStateStore()
  #flushing: Promise<void> | null = null
  #failure: unknown = null

  constructor(options: LocalRunOptions) {
    this.#options = options
    const { settings, topic, ledger, deadLetters } = options
    this.worker = new PartitionWorker({
      topic,
      partition: 0,
      group: '',
      start: 'earliest',
      allowCreateTime: true,
      settings,
      fingerprint: settingsFingerprint(settings, ''),
      limits: LIMITS,
      store: this.#store,
      ledger: createClickHouseLedger(ledger.db),
      deadLetters,
      clock: timelessClock,
      random: systemRandom,
      probe: noProbe,
      telemetry: noTelemetry,
    })
  }

  async start(): Promise<void> {
    await this.worker.acquire(EMPTY_LOG)
  }

  async apply(span: JudgedSpan): Promise<void> {
    if (this.#failure !== null) throw this.#failure
    await this.worker.apply(span)
    if (this.#flushing === null && this.worker.unflushed > FLUSH_ROWS) this.#flushBeside()
  }

  /** Everything applied so far is in ClickHouse when this resolves. */
  async flush(): Promise<void> {
    await this.#flushing
    if (this.#failure !== null) throw this.#failure
    await this.worker.flush()
  }

  /** Publishes everything applied so far, then reads it; nothing else is published in between. */
  async published<T>(read: () => Promise<T>): Promise<T> {
    while (this.#flushing !== null) await this.#flushing
    if (this.#failure !== null) throw this.#failure
    const reading = this.worker.flush().then(read)
    this.#flushing = this.#settled(reading)
    return reading
  }

  /** Settles paths (`settle`), publishes everything and leaves the state beside the ledger. */
  async finish(which: 'all' | 'due'): Promise<void> {
    await settle(this.worker, which)
    await this.flush()
    const { folder } = this.#options.ledger
    if (folder !== null) {
      await saveState(stateFile(folder), this.#store, this.#options.settings)
    }
  }

  /** Waits for what is under way, whatever becomes of it, so that the ledger can be closed. */
  async stop(): Promise<void> {
    await this.#flushing
  }

  #flushBeside(): void {
    this.#flushing = this.#settled(this.worker.flush())
  }

  /** Resolves when the work has ended; a failure is thrown by what is asked of the run next. */
  async #settled(work: Promise<unknown>): Promise<void> {
    try {
      await work
    } catch (error) {
      this.#failure = error
    } finally {
      this.#flushing = null
    }
  }
}
