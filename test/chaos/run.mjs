// `npm run chaos`: compiles the product and this folder, and runs them from there.
import { spawn } from 'node:child_process'
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileInto } from '../compile.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))
const files = ['test/chaos/main.ts', 'test/chaos/worker.ts', 'src/main.ts']

const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-chaos-'))
process.on('exit', () => rmSync(folder, { recursive: true, force: true }))
if (compileInto(folder, { root, files, checksTypes: false })) {
  // What the program reads beside its code.
  copyFileSync(path.join(root, 'package.json'), path.join(folder, 'package.json'))
  for (const part of ['deploy', 'schemas']) {
    rmSync(path.join(folder, part), { recursive: true, force: true })
    symlinkSync(path.join(root, part), path.join(folder, part), 'junction')
  }
  const main = path.join(folder, 'test/chaos/main.js')
  const chaos = spawn(process.execPath, [main, ...process.argv.slice(2)], { stdio: 'inherit' })
  // Ctrl-C reaches it, too; its end is the end of this.
  process.on('SIGINT', () => {})
  process.on('SIGTERM', () => chaos.kill('SIGTERM'))
  chaos.on('exit', (code) => (process.exitCode = code ?? 1))
} else process.exitCode = 1
