// `npm run demo`: from a bare clone to the demo. Installs and builds what is missing or older than
// its source, then becomes `tributary demo` with the given options.
import { spawn } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { ensurePackages, ROOT } from './ensure-packages.mjs'
import { run } from './requirements.mjs'
import { EXIT_UNAVAILABLE, Unavailable } from './unavailable.mjs'

const MAIN = path.join(ROOT, 'dist/main.js')
const say = (line) => process.stderr.write(`${line}\n`)

/** Is any source newer than what was built from it? */
function isStale() {
  if (!existsSync(MAIN)) return true
  const built = statSync(MAIN).mtimeMs
  const source = path.join(ROOT, 'src')
  return readdirSync(source, { recursive: true }).some(
    (file) => statSync(path.join(source, file)).mtimeMs > built,
  )
}

try {
  ensurePackages(say)
  if (isStale()) {
    say('building')
    const status = run(process.execPath, [path.join(ROOT, 'deploy/build.mjs')])
    if (status !== 0) process.exit(status)
  }
} catch (error) {
  if (!(error instanceof Unavailable)) throw error
  say(`error: ${error.message}\n  ${error.hint}`)
  process.exit(EXIT_UNAVAILABLE)
}
const demo = spawn(process.execPath, [MAIN, 'demo', ...process.argv.slice(2)], { stdio: 'inherit' })
// Ctrl-C reaches the demo by itself, being of the same terminal; it decides how to end.
process.on('SIGINT', () => {})
process.on('SIGTERM', () => demo.kill('SIGTERM'))
demo.on('exit', (code) => process.exit(code ?? 1))
