// The repository as the house's tests read it: its files, and source without comments and strings.
import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))

export interface RepositoryFile {
  /** Relative to the top, with slashes. */
  readonly name: string
  readonly text: string
}

/** Everything that is committed or would be: what git ignores is left out. */
export const FILES: readonly RepositoryFile[] = execFileSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '-z'],
  { cwd: ROOT, encoding: 'utf8' },
)
  .split('\0')
  .filter((name) => name !== '')
  .flatMap((name) => {
    try {
      return [{ name, text: readFileSync(path.join(ROOT, name), 'utf8') }]
    } catch {
      return [] // deleted, not yet committed
    }
  })

export const filesIn = (folder: string, ...endings: readonly string[]): RepositoryFile[] =>
  FILES.filter(
    ({ name }) => name.startsWith(folder) && endings.some((ending) => name.endsWith(ending)),
  )

/** Comments, regular expressions and what strings hold, blanked; line breaks stay. */
export function codeOf(text: string): string {
  const token =
    /\/\/.*|\/\*[^]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[^]|[^`\\])*`|(?<=[(,=:[!&|?{};\n]\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n])+\/[a-z]*/g
  return text.replace(token, (found) => {
    // What a template computes is code.
    if (found.startsWith('`')) return (found.match(/\$\{[^}]*\}/g) ?? ['']).join(' ')
    return found.replace(/[^\n]/g, ' ')
  })
}

/** What a module imports, as written: static, type-only, dynamic and re-exports. */
export function importsOf(text: string): string[] {
  const withoutComments = text.replace(/^\s*\/\/.*$|\/\*[^]*?\*\//gm, '')
  const specifier = /(?:\bfrom|\bimport|\bimport\()\s*'([^']+)'/g
  return [...withoutComments.matchAll(specifier)].map(([, name]) => name ?? '')
}

/** `file:line: text` of every line that the pattern finds. */
export function linesWith(files: readonly RepositoryFile[], pattern: RegExp): string[] {
  return files.flatMap(({ name, text }) =>
    text
      .split('\n')
      .map((line, i) => ({ line, where: `${name}:${i + 1}` }))
      .filter(({ line }) => pattern.test(line))
      .map(({ line, where }) => `${where}: ${line.trim()}`),
  )
}
