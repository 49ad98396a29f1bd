// Each view as a CSV file: a header, rows by all dimensions as UTF-8 bytes, LF, empty cells for
// NULL. Every view is written under a temporary name first and all are renamed at the end, so a
// folder never holds half a file, nor files of two runs because the second failed. The bytes are
// the same from a server and from the embedded engine: both stream plain CSV rows, the header is
// ours.
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { TributaryError } from '../../ports/errors.ts'
import type { ClickHouse } from './connection.ts'
import { VIEWS } from './views.ts'
import type { ViewSpec } from './views.ts'

export interface ExportedView {
  readonly view: string
  /** Path of the file: the view's name in the folder. */
  readonly file: string
  readonly bytes: number
}

/**
 * Writes `<folder>/<view>.csv` for each view; the folder is created. An older file of that name is
 * replaced. Throws TributaryError; then no file changed.
 */
export async function exportViews(db: ClickHouse, folder: string): Promise<ExportedView[]> {
  const parts: { readonly part: string; readonly done: ExportedView }[] = []
  try {
    await mkdir(folder, { recursive: true })
    for (const view of VIEWS) {
      const file = join(folder, `${view.name}.csv`)
      const part = join(folder, `.${view.name}.csv.part`)
      parts.push({ part, done: { view: view.name, file, bytes: 0 } })
      await writeFile(part, csvOf(db, view))
    }
    const exported: ExportedView[] = []
    for (const { part, done } of parts) {
      const { size } = await stat(part)
      await rename(part, done.file)
      exported.push({ ...done, bytes: size })
    }
    return exported
  } catch (error) {
    await Promise.all(parts.map(({ part }) => rm(part, { force: true })))
    if (error instanceof TributaryError) throw error
    throw new TributaryError(
      'TRIBUTARY_USAGE',
      `The CSV files cannot be written into ${folder}: ${(error as Error).message}`,
      { cause: error, hint: 'Name another folder with --out.' },
    )
  }
}

async function* csvOf(db: ClickHouse, view: ViewSpec): AsyncIterable<Uint8Array> {
  const columns = [...view.dimensions, ...view.measures]
  yield Buffer.from(`${columns.map((name) => `"${name}"`).join(',')}\n`)
  const sql = `SELECT ${columns.join(', ')} FROM ${view.name} ORDER BY ${view.dimensions.join(', ')}`
  yield* db.stream(sql, { format: 'CSV' })
}
