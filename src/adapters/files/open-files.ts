// The way into this adapter: paths and options -> a FileInput. Opening finds the files, tells their
// formats and matches their columns; reading starts with the first batch.
import { mkdir, mkdtemp, open, rm, symlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { TributaryError } from '../../ports/errors.ts'
import { csvFile } from './csv-file.ts'
import { openEngine } from './engine.ts'
import type { Engine } from './engine.ts'
import { readingFailed } from './engine-errors.ts'
import type { EventFile } from './event-block.ts'
import { formatOf } from './file-format.ts'
import type { FileInput, FileOptions, InputFile } from './file-input.ts'
import { findFiles } from './locate-files.ts'
import type { LocatedFile } from './locate-files.ts'
import { ndjsonFile } from './ndjson-file.ts'
import { orderedBatches } from './ordered-batches.ts'
import { parquetFile } from './parquet-file.ts'
import { Meter } from './progress.ts'
import { directActionsOf } from './row-event.ts'
import type { RowRules } from './row-event.ts'
import { compressionOf, fileFunction, refuseForeign } from './stored-file.ts'
import { checkMap } from './table-columns.ts'
import { offsetsOfZone } from './time-zone.ts'
import { isWholeZstd } from './zstd-frames.ts'

const MEMORY_BYTES = 32 << 20
/** Enough for any header. */
const HEAD_BYTES = 65_536
const HEAD_LINES = 50

/**
 * Opens the files behind `paths` (files and folders). Throws TRIBUTARY_BAD_DATA (naming the file
 * and what would help), TRIBUTARY_USAGE (`--map`, `--tz`), TRIBUTARY_CLICKHOUSE_UNAVAILABLE,
 * TRIBUTARY_INTERRUPTED.
 */
export async function openFiles(
  paths: readonly string[],
  options: FileOptions,
): Promise<FileInput> {
  checkMap(options.map)
  const state = { records: null as number | null, directChannels: 0 }
  const rules: RowRules = {
    offsetOfWall: offsetsOfZone(options.timeZone),
    wallIsUtc: options.timeZone === 'UTC',
    hashUsers: options.hashUsers,
    directActions: directActionsOf(options.settings),
    onDirect: () => state.directChannels++,
  }
  const { found, skipped } = await findFiles(paths)
  const folder = await makeScratch(options.workDir)
  let engine: Engine | undefined
  const clear = async (): Promise<void> => {
    await engine?.close()
    await rm(folder, { recursive: true, force: true })
  }
  try {
    engine = await openEngine(options.enginePath ?? join(folder, 'engine'))
    const files: EventFile[] = []
    for (const [i, input] of found.entries()) {
      throwIfAborted(options.signal)
      files.push(await openFile({ engine, folder, options, rules }, input, i))
    }
    refuseUselessMap(options.map, files)
    return fileInput(files, { options, state, skipped, folder, clear })
  } catch (error) {
    await clear()
    throw error
  }
}

async function makeScratch(workDir: string): Promise<string> {
  await mkdir(workDir, { recursive: true })
  return mkdtemp(join(resolve(workDir), 'files-'))
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return
  throw new TributaryError('TRIBUTARY_INTERRUPTED', 'Reading the files was interrupted.')
}

/** NDJSON is taken as it is: a `--map` that nothing obeys would be a silent mistake. */
function refuseUselessMap(map: ReadonlyMap<string, string>, files: readonly EventFile[]): void {
  if (map.size === 0 || files.some(({ input }) => input.format !== 'ndjson')) return
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    '--map renames the columns of CSV and Parquet files; events in NDJSON are taken as they are.',
  )
}

interface Opening {
  readonly engine: Engine
  readonly folder: string
  readonly options: FileOptions
  readonly rules: RowRules
}

async function openFile(
  { engine, folder, options, rules }: Opening,
  input: Omit<InputFile, 'format'>,
  index: number,
): Promise<EventFile> {
  const link = join(folder, String(index))
  await symlink(resolve(input.path), link)
  const head = await readHead(input)
  refuseForeign(input.path, head)
  const file: LocatedFile = { input, link, compression: compressionOf(head) }
  const text = file.compression === 'none' ? head.toString() : await firstLines(engine, file)
  const format = formatOf(input.path, { head, text }, options.format)
  if (format === 'ndjson') return ndjsonFile(engine, file, options.hashUsers)
  if (format === 'csv') return csvFile(engine, { file, text, map: options.map }, rules)
  return parquetFile(engine, { file, map: options.map }, rules)
}

/** The first bytes; of a .zst it is made sure that the end is there too. */
async function readHead({ path, bytes }: Omit<InputFile, 'format'>): Promise<Buffer> {
  const handle = await open(path)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0)
    const head = buffer.subarray(0, bytesRead)
    if (compressionOf(head) === 'zstd' && !(await isWholeZstd(handle, bytes))) {
      throw new TributaryError('TRIBUTARY_BAD_DATA', `${path} is cut short (zstd).`, {
        hint: 'Copy or write the file again, and compare its size with the original.',
      })
    }
    return head
  } finally {
    await handle.close()
  }
}

async function firstLines(engine: Engine, file: LocatedFile): Promise<string> {
  const lines = fileFunction(file, 'LineAsString', 'line String')
  const sql = `SELECT substring(line, 1, ${HEAD_BYTES}) FROM ${lines} LIMIT ${HEAD_LINES}`
  try {
    return (await engine.rows(sql)).map(([line]) => String(line)).join('\n')
  } catch (error) {
    throw readingFailed(error, file)
  }
}

interface Reading {
  readonly options: FileOptions
  readonly state: { records: number | null; directChannels: number }
  readonly skipped: readonly string[]
  readonly folder: string
  readonly clear: () => Promise<void>
}

function fileInput(files: readonly EventFile[], reading: Reading): FileInput {
  const { options, state, skipped, folder, clear } = reading
  const batches = orderedBatches({
    files,
    memoryBytes: options.memoryBytes ?? MEMORY_BYTES,
    meter: new Meter(files, options.onProgress ?? (() => undefined)),
    checkpoint: () => throwIfAborted(options.signal),
    openScratch: () => openScratch(folder),
    onCounted: (records) => (state.records = records),
  })
  let closing: Promise<void> | undefined
  return {
    files: files.map(({ input }) => input),
    bytes: files.reduce((sum, { input }) => sum + input.bytes, 0),
    skipped,
    get records() {
      return state.records
    },
    get directChannels() {
      return state.directChannels
    },
    batches: () => batches,
    close: () => (closing ??= batches.return(undefined).then(clear, clear)),
  }
}

/** Unlinked at once: whatever ends this process, nothing is left behind. */
async function openScratch(folder: string): Promise<FileHandle> {
  const path = join(folder, 'sort')
  const handle = await open(path, 'w+')
  await rm(path)
  return handle
}
