// One thread: decoded record batch -> validated -> applied -> commit bytes, beside JSON.parse alone
// on the same records, alternating in one run. Ratios are what counts.
//
//   npm run bench core [-- --events N --persons N --rounds N]
import { parseArgs } from 'node:util'
import { createGenerator } from '../../src/adapters/generator/generator.ts'
import { generatorOptions } from '../../src/adapters/generator/options.ts'
import { takeChanges } from '../../src/core/changes.ts'
import { hourOf } from '../../src/core/journey-layout.ts'
import { Partition } from '../../src/core/partition.ts'
import type { CoreRecord } from '../../src/core/partition.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { createRecordParser } from '../../src/schema/record.ts'
import type { RecordParser } from '../../src/schema/record.ts'

const BATCH = 5_000

interface RawRecord {
  readonly offset: number
  readonly timeMs: number
  readonly key: Uint8Array
  readonly value: Uint8Array
}

/** The core alone, fed as the runtime feeds it: state bytes are taken after each batch. */
class Pipeline {
  readonly partition = new Partition(DEFAULT_SETTINGS)
  readonly #parser: RecordParser = createRecordParser(DEFAULT_SETTINGS, {
    partitioner: 'none',
    counts: [{ fromOffset: 0, count: 1 }],
  })
  commitBytes = 0

  apply(batch: readonly RawRecord[]): void {
    const { partition } = this
    const last = batch.at(-1)!
    partition.due.openedThrough = hourOf(last.timeMs)
    const records: CoreRecord[] = batch.map((record) => ({
      offset: record.offset,
      timeMs: record.timeMs,
      content: this.#parser.parse(record, 0),
    }))
    for (const record of records) {
      while (partition.apply(record) === null) {
        const { persons, at } = partition.missing!
        partition.journeys.add(persons[at]!, persons[at + 1]!, persons[at + 2]!, persons[at + 3]!)
      }
    }
    const changes = takeChanges(partition)
    this.commitBytes += changes.persons.length + changes.journeys.bytes.length
    for (const { fields, values } of changes.ledger) {
      this.commitBytes += fields.bytes.length + values.bytes.length
    }
    this.#forgetClosedHours()
  }

  /** As if ClickHouse held them: otherwise the ledger of weeks would be measured, too. */
  #forgetClosedHours(): void {
    const now = hourOf(this.partition.streamTimeMs)
    for (const hour of this.partition.ledger.hours.keys()) {
      if (hour < now) this.partition.ledger.forget(hour)
    }
  }
}

function* batches(events: number, persons: number): Generator<RawRecord[]> {
  let batch: RawRecord[] = []
  let offset = 0
  for (const { timeMs, key, value } of createGenerator(generatorOptions({ events, persons }))) {
    batch.push({ offset: offset++, timeMs, key: Buffer.from(key), value: Buffer.from(value) })
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

function parseOnly(batch: readonly RawRecord[]): number {
  let parsed = 0
  for (const { value } of batch) {
    try {
      JSON.parse(Buffer.from(value.buffer, value.byteOffset, value.length).toString())
      parsed++
    } catch {
      // invalid records are part of the log
    }
  }
  return parsed
}

const seconds = (work: () => void): number => {
  const from = process.hrtime.bigint()
  work()
  return Number(process.hrtime.bigint() - from) / 1e9
}

const median = (list: readonly number[]): number =>
  list.toSorted((a, b) => a - b)[Math.floor(list.length / 2)]!

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0)

function main(): void {
  const { values } = parseArgs({
    options: {
      events: { type: 'string', default: '400000' },
      persons: { type: 'string', default: '60000' },
      rounds: { type: 'string', default: '3' },
    },
  })
  const events = Number(values.events)
  const ratios: number[] = []
  for (let round = 0; round < Number(values.rounds); round++) {
    const pipeline = new Pipeline()
    let alone = 0
    let whole = 0
    let records = 0
    for (const batch of batches(events, Number(values.persons))) {
      alone += seconds(() => parseOnly(batch))
      whole += seconds(() => pipeline.apply(batch))
      records += batch.length
      if (records % 1_000_000 === 0) report(pipeline, records)
    }
    ratios.push(alone / whole)
    const { appended, inserted } = pipeline.partition.seen
    console.log(
      `round ${round + 1}: JSON.parse alone ${rate(records, alone)}, pipeline ${rate(records, whole)}, ` +
        `ratio ${(alone / whole).toFixed(2)}; fast path ${((100 * appended) / (appended + inserted)).toFixed(1)} % of events applied; ` +
        `${(pipeline.commitBytes / records).toFixed(0)} commit bytes per record`,
    )
  }
  console.log(`median ratio ${median(ratios).toFixed(2)} of JSON.parse alone`)
}

const rate = (records: number, took: number): string => `${Math.round(records / took / 1000)} k/s`

/** Memory beyond the state's own bytes must stay flat. */
function report({ partition }: Pipeline, records: number): void {
  const { rss, heapUsed, arrayBuffers } = process.memoryUsage()
  console.log(
    `  ${records} records: ${partition.journeysHeld} journeys, ${megabytes(partition.journeys.bytes)} MB of them; ` +
      `heap ${megabytes(heapUsed)} MB, array buffers ${megabytes(arrayBuffers)} MB, rss ${megabytes(rss)} MB`,
  )
}

main()
