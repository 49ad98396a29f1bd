// A state as a run leaves it beside the ledger, from events on the wire, by the production runtime
// over the memory twins; and the ledger that belongs to it.
import { mkdir } from 'node:fs/promises'
import { MemoryDeadLetters } from '../../src/adapters/memory/memory-dead-letters.ts'
import { createMemoryLedger } from '../../src/adapters/memory/memory-ledger.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { saveState, stateFile } from '../../src/adapters/memory/state-file.ts'
import type { CoreRecord } from '../../src/core/partition.ts'
import type { Settings } from '../../src/core/settings.ts'
import { FILE_FACTS, noTelemetry } from '../../src/adapters/process/system.ts'
import type { TopicFacts } from '../../src/ports/record-source.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import { DEFAULT_LIMITS } from '../../src/runtime/partition-options.ts'
import type { LogView } from '../../src/runtime/partition-options.ts'
import { PartitionWorker } from '../../src/runtime/partition-worker.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { settingsFingerprint } from '../../src/schema/settings-fingerprint.ts'
import { patientClock } from '../runtime/patient-clock.ts'

export interface WireRecord {
  /** Record time, epoch ms. */
  readonly timeMs: number
  /** A line of JSON; null: a tick. */
  readonly value: string | null
}

export async function leaveState(
  folder: string,
  records: readonly WireRecord[],
  settings: Settings,
): Promise<{ readonly ledger: ReturnType<typeof createMemoryLedger> }> {
  const store = new MemoryStateStore()
  const ledger = await applyRecords(records, settings, { store, partition: 0, facts: FILE_FACTS })
  await mkdir(folder, { recursive: true })
  await saveState(stateFile(folder), store, settings)
  return { ledger }
}

interface Place {
  readonly store: StateStore
  readonly partition: number
  readonly facts: TopicFacts
}

/** The records as the log of a partition whose state is kept in `store`. */
export async function applyRecords(
  records: readonly WireRecord[],
  settings: Settings,
  { store, partition, facts }: Place,
): Promise<ReturnType<typeof createMemoryLedger>> {
  const ledger = createMemoryLedger()
  const worker = new PartitionWorker({
    topic: 'events',
    partition,
    group: '',
    start: 'earliest',
    allowCreateTime: true,
    settings,
    fingerprint: settingsFingerprint(settings, facts.partitions === 0 ? '' : 'murmur2'),
    limits: DEFAULT_LIMITS,
    store,
    ledger,
    deadLetters: new MemoryDeadLetters(),
    clock: patientClock(() => Date.UTC(2100, 0)),
    random: { token: () => 'owner' },
    probe: { at: () => undefined },
    telemetry: noTelemetry,
  })
  const parser = createEventParser(settings)
  const judged = records.map(({ timeMs, value }, offset): CoreRecord => {
    const content = value === null ? 'tick' : parser.parse(Buffer.from(value))
    return { offset, timeMs, content }
  })
  const bounds = { low: 0, high: records.length }
  const readAt = () => Promise.resolve(null)
  const again = () => Promise.resolve(view)
  const view: LogView = { facts, bounds, groupNext: null, readAt, again }
  await worker.acquire(view)
  await worker.apply({
    from: 0,
    to: records.length,
    records: judged,
    source: (offset) => ({
      offset,
      timeMs: records[offset]!.timeMs,
      key: null,
      value: Buffer.from(records[offset]!.value ?? ''),
    }),
  })
  await worker.flush()
  return ledger
}
