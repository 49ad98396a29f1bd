// From the log into a partition that is held: spans in order, the next read under way while the one
// before is applied. Returns when the reading is ended from outside; throws where the partition
// halts or must be acquired again.
import type { LogRead, Span, TopicFacts, UndecodableBatch } from '../ports/record-source.ts'
import { OffsetOutOfRange } from '../ports/record-source.ts'
import { parseOffsetRanges } from '../schema/offset-ranges.ts'
import type { OffsetRange } from '../schema/offset-ranges.ts'
import { parsePartitionCounts } from '../schema/partition-counts.ts'
import { createRecordParser } from '../schema/record.ts'
import type { RecordParser } from '../schema/record.ts'
import { cutAtSkip } from './cut-at-skip.ts'
import { cutSpan } from './cut-span.ts'
import { Fenced, PartitionHalt } from './halt.ts'
import { judgeSpan } from './judge-span.ts'
import { isOtherTopic } from './other-topic.ts'
import type { JudgedSpan } from './partition-options.ts'
import type { PartitionState } from './partition-state.ts'
import type { PartitionWorker } from './partition-worker.ts'
import { sentence } from './sentence.ts'
import type { Ticker } from './ticker.ts'
import { createTimeHalt, evictionHalt, expectTopic } from './topic-refusal.ts'
import { unlessAborted, untilAnswered } from './waiting.ts'
import type { WorkerOptions } from './worker-options.ts'

const SPAN_RECORDS_MAX = 20_000
/** From one look at the number of rows that have not landed to the next. */
const ROOM_POLL_MS = 100
/** From one look at whether the store may evict to the next. */
const EVICTION_EVERY_MS = 60_000

export interface Consumption {
  readonly options: WorkerOptions
  readonly partition: number
  readonly worker: PartitionWorker
  readonly state: PartitionState
  readonly ticker: Ticker | null
  /** Of the topic that the partition was acquired on; '': it has none. */
  readonly topicId: string
  /** Ends the reading; what is being applied is finished. */
  readonly reading: AbortSignal
  /** The topic as it was last seen, by whoever asked; null: not asked since the start. */
  readonly seenFacts: () => TopicFacts | null
  readonly requestFlush: () => void
}

/** Reads and applies from `from`, the offset that the partition was acquired at. */
export async function consume(to: Consumption, from: number): Promise<void> {
  const { worker, state, reading, ticker } = to
  const parser = parserFor(to)
  const skips = parseOffsetRanges(expectHeld(worker).skips)
  await to.options.probe.at('seek')
  let ahead = readAhead(to, from)
  let askedMs = to.options.clock.now()
  for (let next = from; ;) {
    if (to.options.clock.now() - askedMs >= EVICTION_EVERY_MS) {
      await expectNoEviction(to)
      askedMs = to.options.clock.now()
    }
    const found = await unlessAborted(ahead, reading)
    if (found === null) return
    const read = cutAtSkip(found, skips)
    const { span, undecodable } = read
    expectReadable(to, read, next)
    next = undecodable?.to ?? span.to
    if (undecodable === null) ahead = readAhead(to, next)
    await applySpan(to, span, parser)
    if (reading.aborted) return
    if (undecodable !== null) {
      await giveUp(to, undecodable)
      ahead = readAhead(to, next)
    } else if (next >= state.bounds.high) {
      ticker?.atEnd(worker.partition?.hasBacklog ?? false)
    }
  }
}

function parserFor({ options, worker }: Consumption): RecordParser {
  const { partitionCounts } = expectHeld(worker)
  const counts = parsePartitionCounts(partitionCounts)
  return createRecordParser(options.settings, { partitioner: options.partitioner, counts })
}

function expectHeld(worker: PartitionWorker) {
  if (worker.committed === null) throw new Fenced('the partition is not held any more')
  return worker.committed
}

/** Its failure is thrown to whoever awaits it, and to nobody before. */
function readAhead(to: Consumption, from: number): Promise<LogRead> {
  const ahead = readOn(to, from)
  ahead.catch(() => undefined)
  return ahead
}

/** Reads again after a failure: what is in memory is still good. Throws OffsetOutOfRange. */
async function readOn(to: Consumption, from: number): Promise<LogRead> {
  const { options, partition, state, reading } = to
  const { source, clock, timings, telemetry, probe } = options
  for (;;) {
    try {
      await probe.at('read')
      const read = await source.read(partition, from)
      await probe.at('read-done')
      state.noteRead('')
      return read
    } catch (error) {
      if (error instanceof OffsetOutOfRange || reading.aborted) throw error
      state.noteRead(sentence(error))
      const message = `the log cannot be read: ${state.failure}`
      telemetry.log('warn', 'partition_retry', message, { partition, next: from })
      await clock.sleep(timings.retryMs, reading)
    }
  }
}

/** Throws PartitionHalt where the log is not what it was, Fenced where nothing can be applied. */
function expectReadable(to: Consumption, read: LogRead, next: number): void {
  const { options, worker, state, seenFacts } = to
  state.bounds = read.bounds
  // The records are of another topic of the same name: whoever acquires finds out what that means.
  if (isOtherTopic(to.topicId, read.topicId)) {
    throw new Fenced('the topic was created anew')
  }
  const held = expectHeld(worker)
  if (read.span.from !== next) {
    throw new Fenced(`the log was read from ${read.span.from}, but ${next} must come next`)
  }
  if (read.hasCreateTime && !options.allowCreateTime) throw createTimeHalt()
  const facts = seenFacts()
  if (facts !== null) expectTopic(held, facts, options)
}

/** A journey that was evicted would look like a person never seen. No answer says nothing. */
async function expectNoEviction({ options, partition }: Consumption): Promise<void> {
  const store = options.storeOf(partition)
  const policy = await store.evictionPolicy().catch(() => null)
  if (policy !== null) throw evictionHalt(policy)
}

async function applySpan(to: Consumption, span: Span, parser: RecordParser): Promise<void> {
  const { options, partition, worker, state, reading, ticker } = to
  const { clock, telemetry, probe } = options
  if (span.to === span.from) return
  for (const piece of cutSpan(span, SPAN_RECORDS_MAX)) {
    await waitForRoom(to)
    if (reading.aborted) return
    const begunMs = clock.now()
    await probe.at('judge')
    const judged = judgeSpan(piece, parser)
    await probe.at('judged')
    await expectSamePlaces(to, judged)
    await worker.apply(judged)
    const facts = { partition, from: piece.from, to: piece.to, records: piece.records.length }
    telemetry.took('apply', clock.now() - begunMs, facts)
    state.noteUnflushed(worker.unflushed, begunMs)
    ticker?.applied(judged.records)
  }
}

/** While too many rows have not landed, records wait; the membership is not affected. */
async function waitForRoom(to: Consumption): Promise<void> {
  const { options, worker, state, reading, requestFlush } = to
  const { clock, limits } = options
  try {
    while (worker.unflushed > limits.unflushedRowsMax && !reading.aborted) {
      state.hasTooManyRows = true
      requestFlush()
      await clock.sleep(ROOM_POLL_MS, reading)
    }
  } finally {
    state.hasTooManyRows = false
  }
}

/**
 * A record where its key does not belong may be the first sign that the topic has been given more
 * partitions: then it must wait for an operator, not be refused. So the topic is asked first.
 */
async function expectSamePlaces(to: Consumption, { records }: JudgedSpan): Promise<void> {
  const { options, worker } = to
  if (!records.some(({ content }) => content === 'wrong_partition')) return
  const facts = await answered(to, () => options.source.facts())
  expectTopic(expectHeld(worker), facts, options)
}

/** Goes past a batch that nobody can decode, if an operator has given it up; else throws. */
async function giveUp(to: Consumption, batch: UndecodableBatch): Promise<void> {
  const { options, partition, worker } = to
  const { source, ledger, telemetry } = options
  const { from, to: end, why } = batch
  const covers = (skip: OffsetRange): boolean => skip.from <= from && skip.to >= end
  const isKnown = parseOffsetRanges(expectHeld(worker).skips).some(covers)
  // A state that fell back to before the decision does not know of it.
  const ask = () => ledger.skips(source.topic, partition)
  if (!isKnown && !(await answered(to, ask)).some(covers)) {
    const message = `the batch at offsets ${from} to ${end - 1} cannot be decoded: ${why}`
    throw new PartitionHalt('undecodable_batch', message)
  }
  await worker.skip({ from, to: end })
  telemetry.count('skipped_offsets', partition, end - from)
  const message = `an operator has given up offsets ${from} to ${end - 1}`
  telemetry.log('warn', 'batch_skipped', message, { partition, from, to: end })
}

/** Asks until there is an answer; a failure is a reason to wait, and told by the status. */
function answered<T>({ options, state, reading }: Consumption, call: () => Promise<T>): Promise<T> {
  const failed = (error: unknown): void => {
    state.failure = sentence(error)
    state.moved()
  }
  return untilAnswered(call, { clock: options.clock, signal: reading, failed })
}
