// The state that `replay` and `demo` leave beside the ledger, so that `journey` can read it: a
// line of JSON (what is true of the partition, the settings, the dictionary), then every journey
// as 16 bytes of person, its length as UInt32 little-endian, and its bytes. Written under another
// name and renamed, so that a file with its name is whole; written and read in chunks, whatever
// the number of journeys.
import { createReadStream, createWriteStream } from 'node:fs'
import { rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { PERSON_BYTES } from '../../core/person-bytes.ts'
import type { Settings } from '../../core/settings.ts'
import { TributaryError } from '../../ports/errors.ts'
import type { DictionaryEntry, PartitionMeta } from '../../ports/state-store.ts'
import { settingsFingerprint } from '../../schema/settings-fingerprint.ts'
import type { MemoryStateStore } from './memory-state-store.ts'

const FILE_NAME = 'state.bin'
/** What every such file begins with; the number is the version of this format. */
const MAGIC = '{"tributary_state":1,'
const RECORD_HEAD_BYTES = PERSON_BYTES + 4
const CHUNK_BYTES = 1 << 20
/** A longer journey is no journey: 65,536 events would be two megabytes. */
const JOURNEY_BYTES_MAX = 16 << 20

/** Where the state lies in the folder of a run (`--db`). */
export const stateFile = (folder: string): string => join(folder, FILE_NAME)

interface Header {
  readonly meta: PartitionMeta
  readonly settings: Settings
  readonly dictionary: readonly DictionaryEntry[]
}

/**
 * The state of the partition with one person's journey; `bytes` is null for a person without one.
 */
export interface StoredJourney extends Header {
  readonly bytes: Uint8Array | null
}

/** Writes the state of `store` to `file`. @throws TRIBUTARY_USAGE when it cannot be written. */
export async function saveState(
  file: string,
  store: MemoryStateStore,
  settings: Settings,
): Promise<void> {
  const { meta } = await store.owner()
  if (meta === null) throw new Error('a store without state cannot be saved')
  const dictionary = await store.loadDictionary()
  const header = { fingerprint: settingsFingerprint(settings, ''), meta, settings, dictionary }
  const line = Buffer.from(`${MAGIC}${JSON.stringify(header).slice(1)}\n`)
  const part = `${file}.part`
  try {
    await pipeline(Readable.from(chunksOf(line, store)), createWriteStream(part))
    await rename(part, file)
  } catch (cause) {
    await rm(part, { force: true })
    throw new TributaryError('TRIBUTARY_USAGE', `cannot write the state to ${file}`, {
      cause,
      hint: `${codeOf(cause)}: is the folder there and writable, and the disk not full?`,
    })
  }
}

function* chunksOf(line: Buffer, store: MemoryStateStore): Generator<Buffer> {
  yield line
  let parts: Uint8Array[] = []
  let length = 0
  for (const { person, bytes } of store.journeys()) {
    const size = Buffer.alloc(4)
    size.writeUInt32LE(bytes.length)
    parts.push(person, size, bytes)
    length += RECORD_HEAD_BYTES + bytes.length
    if (length < CHUNK_BYTES) continue
    yield Buffer.concat(parts)
    parts = []
    length = 0
  }
  yield Buffer.concat(parts)
}

/**
 * Looks for the journey of `person` (16 bytes), reading no further than it.
 * @throws TRIBUTARY_USAGE without such a file to read, TRIBUTARY_BAD_DATA when it is none of ours,
 * was written by another version, or is damaged.
 */
export async function findJourney(file: string, person: Uint8Array): Promise<StoredJourney> {
  const pieces = createReadStream(file, { highWaterMark: CHUNK_BYTES })
  try {
    return await search(file, pieces, Buffer.from(person))
  } catch (cause) {
    if (cause instanceof TributaryError) throw cause
    const isMissing = codeOf(cause) === 'ENOENT'
    const message = isMissing ? `There is no state in ${file}.` : `The state ${file} is unreadable.`
    throw new TributaryError('TRIBUTARY_USAGE', message, {
      cause,
      hint: 'Make one with `tributary replay FILE` or `tributary demo` and name its folder with --db; or ask the workers with --live.',
    })
  } finally {
    pieces.destroy()
  }
}

async function search(
  file: string,
  pieces: AsyncIterable<Buffer>,
  person: Buffer,
): Promise<StoredJourney> {
  let header: Header | null = null
  let unread = Buffer.alloc(0)
  let seen = 0
  for await (const piece of pieces) {
    unread = Buffer.concat([unread, piece])
    if (header === null) {
      const end = unread.indexOf(0x0a)
      if (!startsWithMagic(unread)) throw notOurs(file)
      if (end < 0) continue
      header = readHeader(file, unread.toString('utf8', 0, end))
      unread = unread.subarray(end + 1)
    }
    const { bytes, journeys, end } = scan(file, unread, person)
    if (bytes !== null) return { ...header, bytes }
    seen += journeys
    unread = unread.subarray(end)
  }
  if (header === null) throw notOurs(file)
  if (unread.length > 0 || seen !== header.meta.journeys) throw damaged(file)
  return { ...header, bytes: null }
}

const startsWithMagic = (bytes: Buffer): boolean =>
  MAGIC.startsWith(bytes.toString('latin1', 0, MAGIC.length)) && bytes.length >= MAGIC.length

interface Scanned {
  /** The person's journey, null if it is not among the whole records. */
  readonly bytes: Uint8Array | null
  readonly journeys: number
  /** Where the first record begins that is not whole. */
  readonly end: number
}

function scan(file: string, records: Buffer, person: Buffer): Scanned {
  let at = 0
  let journeys = 0
  while (at + RECORD_HEAD_BYTES <= records.length) {
    const length = records.readUInt32LE(at + PERSON_BYTES)
    if (length === 0 || length % 4 !== 0 || length > JOURNEY_BYTES_MAX) throw damaged(file)
    const from = at + RECORD_HEAD_BYTES
    if (from + length > records.length) break
    if (records.compare(person, 0, PERSON_BYTES, at, at + PERSON_BYTES) === 0) {
      return { bytes: Uint8Array.from(records.subarray(from, from + length)), journeys, end: at }
    }
    at = from + length
    journeys++
  }
  return { bytes: null, journeys, end: at }
}

function readHeader(file: string, line: string): Header {
  let header: Header & { readonly fingerprint: string }
  try {
    header = JSON.parse(line) as Header & { readonly fingerprint: string }
  } catch {
    throw damaged(file)
  }
  if (header.fingerprint !== settingsFingerprint(header.settings, '')) {
    throw new TributaryError(
      'TRIBUTARY_BAD_DATA',
      `The state in ${file} was written by another version of tributary.`,
      { hint: 'Run `tributary replay` or `tributary demo` again.' },
    )
  }
  const { meta, settings, dictionary } = header
  return { meta, settings, dictionary }
}

const notOurs = (file: string): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', `${file} is no state of this version of tributary.`, {
    hint: 'Name the folder of a `tributary replay` or `tributary demo` with --db, or run it again.',
  })

const damaged = (file: string): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', `The state in ${file} is damaged.`, {
    hint: 'Run `tributary replay` or `tributary demo` again.',
  })

const codeOf = (error: unknown): string =>
  (error as NodeJS.ErrnoException | undefined)?.code ?? String(error)
