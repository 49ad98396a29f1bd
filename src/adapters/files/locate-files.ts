// From the paths of the command line to files: a folder stands for the event files directly in it,
// sorted by name. Nothing is opened here but to see that it can be read.
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { access, readdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { TributaryError } from '../../ports/errors.ts'
import type { InputFile } from './file-input.ts'
import type { StoredFile } from './stored-file.ts'

/** A file with all that is known before its format. */
export interface LocatedFile extends StoredFile {
  readonly input: Omit<InputFile, 'format'>
}

export interface FoundFiles {
  readonly found: readonly Omit<InputFile, 'format'>[]
  readonly skipped: readonly string[]
}

/** Names that count as event files inside a folder. */
const EVENT_FILE = /\.(ndjson|jsonl|json|csv|tsv|parquet)(\.gz|\.zst)?$/i
const LABEL_LENGTH_MAX = 100

const badData = (message: string, hint?: string): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', message, hint === undefined ? {} : { hint })

/** Throws TRIBUTARY_BAD_DATA: nothing there, unreadable, empty, or a folder without event files. */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const found: { path: string; bytes: number }[] = []
  const skipped: string[] = []
  for (const path of paths) {
    const entry = await lookAt(path)
    if (!entry.isDirectory) {
      if (entry.bytes === 0) throw badData(`${path} is empty.`)
      found.push({ path, bytes: entry.bytes })
      continue
    }
    const inFolder = await filesOfFolder(path)
    found.push(...inFolder.found)
    skipped.push(...inFolder.skipped)
  }
  const labels = labelsOf(found.map(({ path }) => path))
  return { found: found.map((file, i) => ({ ...file, label: labels[i]! })), skipped }
}

async function lookAt(path: string): Promise<{ isDirectory: boolean; bytes: number }> {
  try {
    const entry = await stat(path)
    const isDirectory = entry.isDirectory()
    if (!isDirectory && !entry.isFile()) {
      const hint = 'It is read more than once: write it into a file first.'
      throw badData(`${path} is neither a file nor a folder.`, hint)
    }
    await access(path, isDirectory ? constants.R_OK | constants.X_OK : constants.R_OK)
    return { isDirectory, bytes: entry.size }
  } catch (error) {
    if (error instanceof TributaryError) throw error
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'ENOENT' || code === 'ENOTDIR') throw badData(`${path} does not exist.`)
    if (code === 'EACCES' || code === 'EPERM') {
      throw badData(
        `${path} may not be read.`,
        'Check the permissions of the file and its folders.',
      )
    }
    throw badData(`${path} cannot be read (${code ?? 'unknown error'}).`)
  }
}

async function filesOfFolder(
  folder: string,
): Promise<{ found: { path: string; bytes: number }[]; skipped: string[] }> {
  const names = (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted(byBytes)
  const found: { path: string; bytes: number }[] = []
  const skipped: string[] = []
  for (const name of names) {
    const path = join(folder, name)
    const entry = EVENT_FILE.test(name) ? await lookAt(path) : undefined
    if (entry === undefined || entry.isDirectory || entry.bytes === 0) skipped.push(path)
    else found.push({ path, bytes: entry.bytes })
  }
  if (found.length > 0) return { found, skipped }
  throw badData(
    `${folder} holds no event files.`,
    'A folder stands for the .ndjson, .jsonl, .json, .csv, .tsv and .parquet files in it (.gz and .zst too); ' +
      'folders inside it, hidden and empty files are left out.',
  )
}

/** The same order on every machine and in every locale. */
const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))

/** Short, distinct, without folders: moving a folder changes no event id. */
function labelsOf(paths: readonly string[]): string[] {
  const taken = new Set<string>()
  return paths.map((path) => {
    const name = basename(path)
    const short =
      name.length <= LABEL_LENGTH_MAX
        ? name
        : `${name.slice(0, 80)}~${createHash('sha256').update(name).digest('hex').slice(0, 8)}`
    let label = short
    for (let n = 2; taken.has(label); n++) label = `${short}#${n}`
    taken.add(label)
    return label
  })
}
