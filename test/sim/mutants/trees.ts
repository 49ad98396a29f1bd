// What a simulation runs over: the compiled tree it was started from, or copies of it in which one
// mutant's files are compiled from their patched source.
import {
  linkSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import path from 'node:path'
import { compile } from '../../compile.mjs'
import type { Mutant } from './mutant.ts'
import { filesOf, patched } from './mutant.ts'

export interface Trees {
  /** The repository: its sources and packages. */
  readonly root: string
  /** The compiled tree. */
  readonly compiled: string
  /** Where copies and patched sources go; emptied by whoever made it. */
  readonly scratch: string
}

/**
 * Makes the tree of each mutant, by its name. All are compiled at once; types are not looked at
 * (see `checkMutants`). Throws where a patch does not apply.
 */
export function plantMutants(trees: Trees, mutants: readonly Mutant[]): Map<string, string> {
  if (mutants.length === 0) return new Map()
  const { root, compiled, scratch } = trees
  const files = writePatched(trees, mutants)
  const output = path.join(scratch, 'output')
  const options = { rootDir: sourcesOf(scratch), outDir: output, noEmit: false }
  if (!compile(scratch, { root, files, options: { ...options, noCheck: true, noResolve: true } })) {
    throw new Error('the mutants could not be compiled')
  }
  const imports = importsIn(compiled)
  const planted = new Map<string, string>()
  for (const mutant of mutants) {
    const tree = path.join(scratch, 'trees', mutant.name)
    const changed = filesOf(mutant).map((name) => name.replace(/\.ts$/, '.js'))
    const touched = importersOf(changed, imports)
    for (const file of imports.keys()) {
      const [source, target] = [path.join(compiled, file), path.join(tree, file)]
      mkdirSync(path.dirname(target), { recursive: true })
      // What the bug cannot reach is one module for all trees, however many a thread runs.
      if (touched.has(file)) linkSync(source, target)
      else symlinkSync(source, target)
    }
    linkSync(path.join(compiled, 'package.json'), path.join(tree, 'package.json'))
    symlinkSync(path.join(root, 'node_modules'), path.join(tree, 'node_modules'), 'junction')
    for (const file of changed) {
      // What a simulation does not import is not there; then the mutant survives.
      mkdirSync(path.dirname(path.join(tree, file)), { recursive: true })
      renameSync(path.join(output, mutant.name, file), path.join(tree, file))
    }
    planted.set(mutant.name, tree)
  }
  return planted
}

/**
 * Whether all patched sources are right in their types, each among the sources of the repository.
 * Says on stderr what is not.
 */
export function checkMutants(trees: Pick<Trees, 'root' | 'scratch'>, mutants: readonly Mutant[]) {
  const { root, scratch } = trees
  const files = writePatched(trees, mutants)
  const own = mutants.map(({ name }) => path.join(sourcesOf(scratch), name))
  const unused = { noUnusedLocals: false, noUnusedParameters: false }
  return compile(scratch, { root, files, options: { rootDirs: [root, ...own], ...unused } })
}

/** The modules of a compiled tree, by their names below it, and those that each imports. */
function importsIn(compiled: string): Map<string, string[]> {
  const imports = new Map<string, string[]>()
  for (const part of ['src', 'test']) {
    for (const name of readdirSync(path.join(compiled, part), { recursive: true })) {
      const file = path.join(part, String(name))
      if (!file.endsWith('.js')) continue
      const text = readFileSync(path.join(compiled, file), 'utf8')
      const found = text.matchAll(/(?:from|import\() ?'(\.[^']+)'/g)
      imports.set(
        file,
        Array.from(found, ([, relative]) => path.join(path.dirname(file), relative!)),
      )
    }
  }
  return imports
}

/** The files, and all that import one of them, at whatever remove. */
function importersOf(
  files: readonly string[],
  imports: ReadonlyMap<string, readonly string[]>,
): Set<string> {
  const reached = new Set(files)
  for (let before = -1; before !== reached.size;) {
    before = reached.size
    for (const [file, imported] of imports) {
      if (imported.some((one) => reached.has(one))) reached.add(file)
    }
  }
  return reached
}

const sourcesOf = (scratch: string): string => path.join(scratch, 'sources')

function writePatched(
  { root, scratch }: Pick<Trees, 'root' | 'scratch'>,
  mutants: readonly Mutant[],
): string[] {
  const written: string[] = []
  for (const mutant of mutants) {
    for (const file of filesOf(mutant)) {
      const target = path.join(sourcesOf(scratch), mutant.name, file)
      mkdirSync(path.dirname(target), { recursive: true })
      writeFileSync(target, patched(mutant, file, readFileSync(path.join(root, file), 'utf8')))
      written.push(target)
    }
  }
  // Their packages are found from where they lie.
  writeFileSync(path.join(scratch, 'package.json'), '{ "type": "module" }\n')
  return written
}
