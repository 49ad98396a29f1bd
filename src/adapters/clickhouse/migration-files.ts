// Numbered SQL files -> statements. A file is a template, so that one set of files makes plain
// tables on one server and replicated ones on a cluster (layout.ts); its checksum is that of the
// template.
//   {table:NAME}      the table that holds the rows
//   {on_cluster}      where the statement runs
//   {engine:ENGINE}   the table's engine
// Anything else in braces is ClickHouse's own (query parameters).
import { createHash } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { SINGLE } from './layout.ts'
import type { Layout } from './layout.ts'

export interface Migration {
  readonly number: number
  readonly name: string
  /** SHA-256 of the file, lower-case hex. */
  readonly checksum: string
  /** The template. */
  readonly sql: string
}

/** The same from src/ (tsx, vitest) and from dist/ (the package). */
const FOLDER = new URL('../../../schemas/clickhouse/', import.meta.url)

/** The migrations of a folder, by number. Throws on a name that is no `NNNN_name.sql` or a gap. */
export async function readMigrations(folder: URL = FOLDER): Promise<Migration[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort()
  return Promise.all(
    files.map(async (file, index) => {
      const parts = /^(\d{4})_([a-z0-9_]+)\.sql$/.exec(file)
      const number = Number(parts?.[1])
      if (number !== index + 1) throw new Error(`${file} is not migration ${index + 1}`)
      const bytes = await readFile(new URL(file, folder))
      const checksum = createHash('sha256').update(bytes).digest('hex')
      return { number, name: parts?.[2] ?? '', checksum, sql: bytes.toString('utf8') }
    }),
  )
}

/** The statements of a template, in order, without comments; those that make a table name one. */
export function statementsOf(template: string, layout: Layout = SINGLE): string[] {
  return withoutComments(template).flatMap((statement) => {
    const table = /\{table:(\w+)\}/.exec(statement)?.[1] ?? ''
    const filled = statement
      .replace(/\{table:(\w+)\}/g, (_, name: string) => layout.table(name))
      .replaceAll('{on_cluster}', layout.onCluster())
      .replace(/\{engine:([^}]+)\}/g, (_, engine: string) => layout.engine(engine, table))
      .trim()
    if (filled === '') return []
    return filled.startsWith('CREATE TABLE ') ? [filled, ...layout.following(table)] : [filled]
  })
}

/** Splits at semicolons; quoted text is kept as it is, `--` comments are dropped. */
function withoutComments(sql: string): string[] {
  const statements: string[] = []
  let statement = ''
  for (const [token] of sql.matchAll(/'(?:[^'\\]|\\.|'')*'|`[^`]*`|--[^\n]*|;|[^'`;-]+|-/g)) {
    if (token === ';') {
      statements.push(statement)
      statement = ''
    } else if (!token.startsWith('--')) statement += token
  }
  return [...statements, statement]
}
