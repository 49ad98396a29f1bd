// `npm test`: from a bare clone (Node 20, npm, git) to one line that says how it stands.
//
// Installs npm packages when they are missing, takes services from the environment or starts them
// (services/ways.mjs; and ends those), runs the checks of the house and then all tests. Every check
// counts as one test. Arguments are passed on to vitest as filters, and then only those tests run.
// The last line on stdout: `N passed, N failed, N skipped`.
import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { ensurePackages, ROOT } from '../deploy/local/ensure-packages.mjs'
import { Unavailable } from '../deploy/local/unavailable.mjs'
import { serviceProvider } from './services/ways.mjs'

const bin = (name) => path.join(ROOT, 'node_modules/.bin', name)
/** Side by side: most of them use one core. */
const CHECKS = [
  ['types', bin('tsc'), '--noEmit'],
  ['lint', bin('oxlint'), '--type-aware', '--deny-warnings'],
  ['format', bin('prettier'), '--check', '--cache', '--log-level', 'warn', '.'],
  ['dead code', bin('knip'), '--no-progress'],
  ['generated documents', process.execPath, 'deploy/generate.mjs', '--check'],
]
/** One after the other. */
const BUILD = [
  ['build', process.execPath, 'deploy/build.mjs'],
  ['npx tributary', 'npx', '--no-install', 'tributary', 'version'],
]

/** Tests that start the program start what was built. */
const BUILT = path.join(ROOT, 'dist/main.js')

const filters = process.argv.slice(2)
const counts = { passed: 0, failed: 0, skipped: 0 }
const timings = []
/** Commands under way, which end with us. */
const running = new Set()
const say = (line) => process.stdout.write(`${line}\n`)
const quietly = (line) => process.stderr.write(`${line}\n`)

async function timed(name, work) {
  const startedAt = performance.now()
  const result = await work()
  const seconds = (performance.now() - startedAt) / 1_000
  timings.push(`${name} ${seconds.toFixed(1)} s`)
  return result
}

/** Runs a command to its end; with `stdio: 'pipe'` its output comes back instead of being shown. */
function execute([command, ...args], { stdio, env = {} }) {
  return new Promise((done) => {
    const child = spawn(command, args, { cwd: ROOT, stdio, env: { ...process.env, ...env } })
    running.add(child)
    child.on('close', () => running.delete(child))
    let output = ''
    const gather = (chunk) => (output += chunk)
    child.stdout?.on('data', gather)
    child.stderr?.on('data', gather)
    child.on('error', (error) => done({ status: 127, output: `${output}${error.message}\n` }))
    child.on('close', (code) => done({ status: code ?? 1, output }))
  })
}

async function runCheck([name, ...command]) {
  const stdio = ['ignore', 'pipe', 'pipe']
  const { status, output } = await timed(name, () => execute(command, { stdio }))
  counts[status === 0 ? 'passed' : 'failed'] += 1
  say(`${status === 0 ? 'ok    ' : 'FAILED'} ${name}`)
  if (status !== 0) process.stdout.write(output)
}

/**
 * Do the tests that the filters name use services at all? Decided as vitest does: part of the path.
 */
function needServices() {
  const files = readdirSync(path.join(ROOT, 'test'), { recursive: true })
    .map((file) => path.join('test', file))
    .filter((file) => file.endsWith('.test.ts'))
    .filter((file) => filters.length === 0 || filters.some((part) => file.includes(part)))
  return files.some((file) =>
    readFileSync(path.join(ROOT, file), 'utf8').includes('describeWithService'),
  )
}

const provider = serviceProvider(say, quietly)

/** The addresses of all services that can be had, as environment variables. */
async function startServices() {
  const { environment, failures } = await provider.start()
  // The tests that need it are skipped, and counted; under CI they fail.
  const mark = process.env.CI ? 'FAILED' : 'SKIPPED'
  for (const { service, error } of failures) {
    say(`${mark} tests that need ${service.name}: ${error.message}\n  ${error.hint}`)
  }
  return environment
}

async function runTests(env) {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-'))
  const report = path.join(folder, 'report.json')
  const options = ['--config', 'test/vitest.config.ts', '--reporter=default', '--reporter=json']
  const command = [bin('vitest'), 'run', ...options, `--outputFile.json=${report}`, ...filters]
  const surroundings = { ...env, TEST_PROGRAM: BUILT }
  const { status } = await timed('tests', () =>
    execute(command, { stdio: 'inherit', env: surroundings }),
  )
  try {
    count(JSON.parse(readFileSync(report, 'utf8')), status)
  } catch {
    counts.failed += 1 // no report: vitest itself broke
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/**
 * Adds vitest's counts; a file that could not even be loaded, or any other error, counts as one
 * failure.
 */
function count(report, status) {
  const broken = report.testResults.filter(
    ({ status: result, assertionResults }) =>
      result === 'failed' && assertionResults.every((test) => test.status !== 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  counts.passed += report.numPassedTests
  counts.failed += failed === 0 && status !== 0 ? 1 : failed
  counts.skipped += report.numPendingTests + report.numTodoTests
}

let interrupted = false
for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
]) {
  process.on(signal, () => {
    interrupted = true
    for (const child of running) child.kill(signal)
    void provider.stop().finally(() => process.exit(code))
  })
}
try {
  await timed('packages', () => ensurePackages(quietly))
  const env = needServices() ? await timed('services', startServices) : {}
  if (filters.length === 0) await Promise.all(CHECKS.map((check) => runCheck(check)))
  for (const check of filters.length === 0 ? BUILD : BUILD.slice(0, 1)) await runCheck(check)
  await runTests(env)
} catch (error) {
  counts.failed += 1
  const text = error instanceof Unavailable ? `${error.message}\n  ${error.hint}` : error.stack
  if (!interrupted) say(`FAILED ${text}`)
} finally {
  await provider.stop()
}
say(`\n${timings.join(', ')}`)
say(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`)
process.exitCode = counts.failed === 0 ? 0 : 1
