// Programs of `test/` are compiled before they run, into a folder for temporary files, as `npm run
// build` compiles: loaders that compile on the fly change functions on the way (names are kept by
// extra calls), and what would be measured is not what people run.
import { spawnSync } from 'node:child_process'
import { cpSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'

/** Sources that the compiler leaves behind. */
const SCRIPTS = ['src/adapters/redis/commit.lua']

/**
 * Compiles `files` (names below `root`) and all that they import into `folder`, in the same places,
 * so that they run from there. `checksTypes: false` leaves the types to `npm run typecheck`. Says
 * on stderr what is wrong with them, and answers whether nothing is.
 */
export function compileInto(folder, { root, files, checksTypes }) {
  const isCompiled = compile(folder, {
    root,
    files: files.map((file) => path.join(root, file)),
    options: { rootDir: root, outDir: folder, noEmit: false, noCheck: !checksTypes },
  })
  if (!isCompiled) return false
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
  for (const script of SCRIPTS) cpSync(path.join(root, script), path.join(folder, script))
  return true
}

/**
 * Runs the compiler over `files` (whole names), with the options of the repository at `root` and
 * those given; its project file is left in `folder`.
 */
export function compile(folder, { root, files, options }) {
  const project = path.join(folder, 'tsconfig.json')
  const typeRoots = [path.join(root, 'node_modules/@types')]
  const settings = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: { typeRoots, ...options },
    include: [],
    files,
  }
  writeFileSync(project, JSON.stringify(settings))
  const require = createRequire(path.join(root, 'package.json'))
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  const stdio = ['ignore', 2, 'inherit']
  return spawnSync(process.execPath, [compiler, '-p', project], { stdio }).status === 0
}
