// `npm run sim`: compiles the simulation into a folder of its own and runs it there with the
// arguments that follow (see options.ts).
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileInto } from '../compile.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-sim-'))
// A compiler that was interrupted may still be writing.
const removal = { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }
process.on('exit', () => rmSync(folder, removal))
// Ctrl-C reaches the simulation, too; its end is the end of this, as this one's is its.
process.on('SIGINT', () => {})
let run = null
for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => run?.kill())
const files = ['main.ts', 'pool-worker.ts', 'plan.ts', 'run-plan.ts']
const names = files.map((file) => path.join('test/sim', file))
if (compileInto(folder, { root, files: names, checksTypes: false })) {
  const main = path.join(folder, 'test/sim/main.js')
  const args = [main, ...process.argv.slice(2)]
  run = spawn(process.execPath, args, { cwd: root, stdio: 'inherit' })
  run.on('exit', (code) => (process.exitCode = code ?? 1))
} else process.exitCode = 1
