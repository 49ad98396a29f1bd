// Reads files through the adapter as `replay` does and returns everything, for the tests beside it.
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { expect } from 'vitest'
import { openEngine, quote } from '../../../src/adapters/files/engine.ts'
import type { FileInput, FileOptions } from '../../../src/adapters/files/file-input.ts'
import { openFiles } from '../../../src/adapters/files/open-files.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import { TributaryError } from '../../../src/ports/errors.ts'

export interface ReadRecord {
  readonly timeMs: number
  /** Text of a line, or the object of a row. */
  readonly value: unknown
  readonly file: number
  readonly row: number
}

/** A folder for the files of a test file, an engine folder in it that all its tests share. */
export async function createPlace() {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-test-files-'))
  const workDir = join(folder, '.work')
  await mkdir(workDir)
  const enginePath = join(folder, '.engine')
  // Held, because starting the engine takes longer than most tests.
  const engine = await openEngine(enginePath)
  const options = (given: Partial<FileOptions> = {}): FileOptions => ({
    map: new Map(),
    timeZone: 'UTC',
    hashUsers: false,
    settings: DEFAULT_SETTINGS,
    workDir,
    enginePath,
    ...given,
  })

  const path = (name: string): string => join(folder, name)
  const open = (names: readonly string[], given?: Partial<FileOptions>): Promise<FileInput> =>
    openFiles(names.map(path), options(given))

  return {
    folder,
    workDir,
    path,
    open,
    /** Writes a file of this folder and returns its name. */
    write: async (name: string, content: string | Uint8Array): Promise<string> => {
      await writeFile(path(name), content)
      return name
    },
    /** All records in the order of the batches, with what the input tells at the end. */
    read: async (names: readonly string[], given?: Partial<FileOptions>) => {
      const input = await open(names, given)
      try {
        const records = await collect(input)
        expect(input.records).toBe(records.length)
        return { records, input }
      } finally {
        await input.close()
      }
    },
    /** The error of opening and reading; its text with the test's folder taken out. */
    failure: async (names: readonly string[], given?: Partial<FileOptions>) => {
      const error = await readAndClose(() => open(names, given))
      if (!(error instanceof TributaryError)) throw error ?? new Error('nothing was refused')
      const strip = (text = ''): string => text.replaceAll(`${folder}/`, '')
      return { code: error.code, message: strip(error.message), hint: strip(error.hint) }
    },
    /** Lets the engine write a file of this folder (its way of Parquet and zstd). */
    engineWrites: async (name: string, select: string, format: string): Promise<string> => {
      await engine.rows(`${select} INTO OUTFILE ${quote(path(name))} TRUNCATE FORMAT ${format}`)
      return name
    },
    leftovers: () => readdir(workDir),
    engine,
    remove: async () => {
      await engine.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

export type Place = Awaited<ReturnType<typeof createPlace>>

/** What was thrown, if anything. */
async function readAndClose(open: () => Promise<FileInput>): Promise<unknown> {
  try {
    const input = await open()
    try {
      await collect(input)
    } finally {
      await input.close()
    }
    return undefined
  } catch (error) {
    return error
  }
}

export async function collect(input: FileInput): Promise<ReadRecord[]> {
  const records: ReadRecord[] = []
  for await (const batch of input.batches()) {
    for (const [i, value] of batch.values.entries()) {
      records.push({
        timeMs: batch.timesMs[i]!,
        value: value instanceof Uint8Array ? Buffer.from(value).toString() : value,
        file: batch.files[i]!,
        row: batch.rows[i]!,
      })
    }
  }
  return records
}

/** Lines of NDJSON from objects and, as they are, strings. */
export const lines = (...of: readonly (object | string)[]): string =>
  of.map((line) => `${typeof line === 'string' ? line : JSON.stringify(line)}\n`).join('')

export const gzip = (text: string): Buffer => gzipSync(text)
