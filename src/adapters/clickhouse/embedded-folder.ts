// Ownership of `--db DIR`. `replay` and `demo` empty their folder at each run, so they may only
// ever empty a folder they made: one that carries the marker file, or that is empty or missing.
// Anything else is refused. What lies in it: the marker, `engine/` (the ClickHouse engine's own
// files), and what the run keeps beside the ledger.
import { existsSync } from 'node:fs'
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TributaryError } from '../../ports/errors.ts'
import type { ClickHouse } from './connection.ts'
import { openEmbedded } from './embedded.ts'

export const MARKER_FILE = 'tributary-folder.txt'
const MARKER_TEXT =
  'Made by tributary, which empties this folder at each run: keep nothing of yours in it.\n' +
  'Query it with: tributary sql --db THIS_FOLDER "SELECT * FROM bi_credits LIMIT 10"\n'

/** The database inside the folder's engine. */
const DATABASE = 'tributary'

/**
 * Makes `folder` ours and empty, but for the marker. Throws TRIBUTARY_USAGE for a folder that is
 * not ours, TRIBUTARY_CLICKHOUSE_UNAVAILABLE while another process uses it; then nothing was
 * removed.
 */
export async function claimFolder(folder: string): Promise<void> {
  const entries = await entriesOf(folder)
  if (entries.includes(MARKER_FILE)) {
    if (entries.includes('engine')) await assertUnused(folder)
    const old = entries.filter((entry) => entry !== MARKER_FILE)
    await Promise.all(old.map((entry) => rm(join(folder, entry), { recursive: true, force: true })))
  } else if (entries.length > 0) {
    throw new TributaryError(
      'TRIBUTARY_USAGE',
      `The folder ${folder} was not made by tributary, which would have to empty it.`,
      { hint: 'Name another folder with --db; a new or an empty one will do.' },
    )
  }
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, MARKER_FILE), MARKER_TEXT)
}

/** Opens the ledger of a claimed folder; an empty one needs `migrate` first. */
export function openFolder(folder: string): Promise<ClickHouse> {
  return openEmbedded({ folder: enginePath(folder), database: DATABASE })
}

/**
 * Opens a folder that a run has left, to read. Throws TRIBUTARY_USAGE when there is no ledger in
 * it.
 */
export async function openFolderReadOnly(folder: string): Promise<ClickHouse> {
  if (!hasLedger(folder)) {
    throw new TributaryError('TRIBUTARY_USAGE', `There is no ledger in the folder ${folder}.`, {
      hint: `Make one with \`tributary replay FILE --db ${folder}\` or \`tributary demo --db ${folder}\`.`,
    })
  }
  return openEmbedded({ folder: enginePath(folder), database: DATABASE, readOnly: true })
}

export function hasLedger(folder: string): boolean {
  return existsSync(join(folder, MARKER_FILE)) && existsSync(enginePath(folder))
}

/**
 * Where the engine keeps its files: a process that reads files by the engine too must open the
 * same.
 */
export function enginePath(folder: string): string {
  return join(folder, 'engine')
}

/** The engine's own lock tells: it is taken for a moment. */
async function assertUnused(folder: string): Promise<void> {
  const engine = await openFolder(folder)
  await engine.close()
}

async function entriesOf(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new TributaryError('TRIBUTARY_USAGE', `${folder} is no folder that can be used.`, {
      cause: error,
      hint: 'Name another folder with --db.',
    })
  }
}
