// What one partition answered to a fetch, batch by batch, as records and a covered range. A batch
// that cannot be decoded ends the range and is named; nothing behind it is looked at. The last
// batch may be cut off by the fetch's limit and then waits for the next one.
//
// Magic 2 only: older formats are gone from brokers since Kafka 4.0. Every batch is checked against
// its CRC. The loop lets others run after each megabyte.
import { setImmediate } from 'node:timers/promises'
import type { SourceRecord, UndecodableBatch } from '../../../ports/record-source.ts'
import { AbortedTransactions } from './aborted-transactions.ts'
import type { AbortedTransaction } from './aborted-transactions.ts'
import { BatchDefect } from './batch-defect.ts'
import { batchBytes, HEADER_BYTES, magicOf, PREFIX_BYTES, readHeader } from './batch-header.ts'
import type { BatchHeader } from './batch-header.ts'
import { crc32c } from './crc32c.ts'
import { decodeRecords } from './decode-records.ts'
import { inflate } from './inflate.ts'

/** Magic 2, where the CRC's field ends and what it covers begins. */
const CRC_FROM = 21
const ABORT_MARKER = 0
/** Work done before others get their turn. */
const TURN_BYTES = 1_048_576
/** A span is not made longer than this by inflating: what follows is fetched again. */
const SPAN_BYTES = 33_554_432

export interface RecordSet {
  readonly bytes: Buffer
  /** Offset that the fetch asked for: records below are dropped. */
  readonly from: number
  /** End of the log, as far as is known: an undecodable batch that claims more is not believed. */
  readonly end: number
  readonly aborted: readonly AbortedTransaction[]
  readonly batchInflatedBytesMax: number
}

export interface DecodedSet {
  readonly records: SourceRecord[]
  readonly to: number
  readonly undecodable: UndecodableBatch | null
  readonly hasCreateTime: boolean
}

export async function decodeRecordSet(set: RecordSet): Promise<DecodedSet> {
  const { bytes, from } = set
  const decoder = new SetDecoder(set)
  let undecodable: UndecodableBatch | null = null
  let turn = TURN_BYTES
  for (let at = 0; at + PREFIX_BYTES <= bytes.length;) {
    const size = batchBytes(bytes, at)
    const isWhole = at + size <= bytes.length
    // Only the first batch must be whole: brokers see to that since Fetch version 3.
    if (!isWhole && at > 0) break
    try {
      if (!isWhole) throw new BatchDefect('the batch is longer than what was fetched')
      await decoder.take(at, size)
    } catch (error) {
      if (!(error instanceof BatchDefect)) throw error
      undecodable = coverOf(set, at, decoder.to, error.why)
      break
    }
    at += size
    if (decoder.inflated >= SPAN_BYTES) break
    if (decoder.inflated < turn) continue
    turn = decoder.inflated + TURN_BYTES
    await setImmediate()
  }
  const { records, to, hasCreateTime } = decoder
  return { records, to: Math.max(to, from), undecodable, hasCreateTime }
}

/** One answer's batches in log order: what has been decoded so far. */
class SetDecoder {
  readonly records: SourceRecord[] = []
  to: number
  hasCreateTime = false
  /** Bytes of records so far, uncompressed. */
  inflated = 0
  readonly #set: RecordSet
  readonly #aborted: AbortedTransactions
  /** The offset behind the last batch; the first may begin below what was asked for. */
  #behind = 0

  constructor(set: RecordSet) {
    this.#set = set
    this.to = set.from
    this.#aborted = new AbortedTransactions(set.aborted)
  }

  /** Throws BatchDefect; then nothing of the batch is kept. */
  async take(at: number, size: number): Promise<void> {
    const header = this.#check(at, size)
    if (header.baseOffset < this.#behind) throw new BatchDefect('its offsets go backwards')
    if (header.isControl) await this.#takeMarker(header, at, size)
    else if (!this.#aborted.covers(header) && header.lastOffset >= this.#set.from) {
      await this.#takeRecords(header, at, size)
    }
    this.#behind = header.lastOffset + 1
    this.to = Math.max(this.to, this.#behind)
  }

  #check(at: number, size: number): BatchHeader {
    const { bytes } = this.#set
    if (size < HEADER_BYTES) throw new BatchDefect('the batch is shorter than its header')
    const magic = magicOf(bytes, at)
    if (magic !== 2) throw new BatchDefect(`batches of magic ${magic} are not read, only of 2`)
    const header = readHeader(bytes, at)
    if (crc32c(bytes, at + CRC_FROM, at + size) !== header.crc) {
      throw new BatchDefect('CRC mismatch')
    }
    if (header.lastOffset < header.baseOffset)
      throw new BatchDefect('offsets end before they begin')
    return header
  }

  async #takeRecords(header: BatchHeader, at: number, size: number): Promise<void> {
    const before = this.records.length
    const inflated = this.#inflate(header, at, size)
    const content = inflated instanceof Uint8Array ? inflated : await inflated
    this.inflated += content.length
    try {
      decodeRecords(content, header, this.#set.from, this.records)
    } catch (error) {
      this.records.length = before
      throw error
    }
    if (!header.isAppendTime && this.records.length > before) this.hasCreateTime = true
  }

  /** A control record's key is its version and its type, both int16. */
  async #takeMarker(header: BatchHeader, at: number, size: number): Promise<void> {
    const markers: SourceRecord[] = []
    decodeRecords(await this.#inflate(header, at, size), header, 0, markers)
    const key = markers[0]?.key
    if (key && key.length >= 4 && ((key[2]! << 8) | key[3]!) === ABORT_MARKER) {
      this.#aborted.end(header)
    }
  }

  #inflate(header: BatchHeader, at: number, size: number): Uint8Array | Promise<Uint8Array> {
    const source = this.#set.bytes.subarray(at + HEADER_BYTES, at + size)
    return inflate(header.codec, source, this.#set.batchInflatedBytesMax)
  }
}

/**
 * The offsets of a batch that cannot be decoded: from where the span ends to the batch's end, as
 * its header says. Where that cannot be right (no header, or an end before its begin or beyond the
 * log's), one offset: who skips it finds out about the next.
 */
function coverOf(set: RecordSet, at: number, from: number, why: string): UndecodableBatch {
  const isReadable = at + HEADER_BYTES <= set.bytes.length && magicOf(set.bytes, at) === 2
  const to = isReadable ? readHeader(set.bytes, at).lastOffset + 1 : from + 1
  return { from, to: to > from && to <= set.end ? to : from + 1, why }
}
