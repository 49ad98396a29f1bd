// `npm run bench NAME`: compiles test/bench/NAME.bench.ts and runs it with the arguments that
// follow.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileInto } from '../compile.mjs'

const SUFFIX = '.bench.ts'
const root = fileURLToPath(new URL('../..', import.meta.url))
const names = readdirSync(path.join(root, 'test/bench'))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

const [name, ...rest] = process.argv.slice(2)
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench NAME; there are: ${names.join(', ')}\n`)
  process.exitCode = 2
} else {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-bench-'))
  process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
  // Ctrl-C reaches the bench, too; its end is the end of this.
  process.on('SIGINT', () => {})
  const files = [path.join('test/bench', `${name}${SUFFIX}`)]
  if (compileInto(folder, { root, files, checksTypes: true })) {
    const file = path.join(folder, 'test/bench', `${name}.bench.js`)
    const bench = spawn(process.execPath, [file, ...rest], { stdio: 'inherit' })
    bench.on('exit', (code) => (process.exitCode = code ?? 1))
  } else process.exitCode = 1
}
