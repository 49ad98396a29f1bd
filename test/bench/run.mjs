// `npm run bench NAME`: runs test/bench/NAME.bench.ts with the arguments that follow. It is
// compiled first, into a folder for temporary files, as `npm run build` compiles: loaders that
// compile on the fly change functions on the way (names are kept by extra calls), and what would be
// measured is not what people run.
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const SUFFIX = '.bench.ts'
const root = fileURLToPath(new URL('../..', import.meta.url))
const names = readdirSync(path.join(root, 'test/bench'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

const compile = (folder, name) => {
  const options = {
    extends: path.join(root, 'tsconfig.json'),
    compilerOptions: {
      noEmit: false,
      outDir: folder,
      rootDir: root,
      typeRoots: [path.join(root, 'node_modules/@types')],
    },
    include: [],
    files: [path.join(root, 'test/bench', `${name}${SUFFIX}`)],
  }
  const project = path.join(folder, 'tsconfig.json')
  writeFileSync(project, JSON.stringify(options))
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }\n')
  symlinkSync(path.join(root, 'node_modules'), path.join(folder, 'node_modules'), 'junction')
  // Sources that the compiler leaves behind.
  const script = 'src/adapters/redis/commit.lua'
  cpSync(path.join(root, script), path.join(folder, script))
  const require = createRequire(import.meta.url)
  const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')
  return spawnSync(process.execPath, [compiler, '-p', project], { stdio: 'inherit' }).status === 0
}

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench NAME; there are: ${names.join(', ')}\n`)
  process.exitCode = 2
} else {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Ctrl-C reaches the bench, too; its end is the end of this.
  process.on('SIGINT', () => {})
  if (compile(folder, name)) {
    const file = path.join(folder, 'test/bench', `${name}.bench.js`)
    const bench = spawn(process.execPath, [file, ...rest], { stdio: 'inherit' })
    bench.on('exit', (code) => (process.exitCode = code ?? 1))
  } else process.exitCode = 1
}
