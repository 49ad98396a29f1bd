// `node deploy/containers/exercise.mjs [--keep]`: docker-compose.yml with its profile `demo`, with
// real containers, from the image's build to an audit of the numbers, as a project and on ports of
// its own. Says on stdout what it saw and what it ran on; everything is removed at the end, unless
// --keep. Exit codes: 0 all is well, 1 something is not, 69 there is no Docker or no image.
import { randomBytes } from 'node:crypto'
import { sleep } from '../local/processes.mjs'
import { EXIT_UNAVAILABLE, Unavailable } from '../local/unavailable.mjs'
import { composeProject, inspect, requireDocker } from './docker.mjs'
import { imageLine, obtainImages } from './images.mjs'
import { hardeningOf } from './hardening.mjs'
import { versionsOf } from './versions.mjs'

const PROJECT = `tributary-exercise-${process.pid}`
/** Waiting for containers to be healthy; for a story of two minutes to reach its first show. */
const HEALTHY_S = 300
const GROWTH_MS = 300_000
const POLL_MS = 2_000

const say = (line) => process.stdout.write(`${line}\n`)
const quietly = (line) => process.stderr.write(`${line}\n`)
const startedAt = performance.now()

async function step(what, work) {
  const begun = performance.now()
  const seen = await work()
  const seconds = ((performance.now() - begun) / 1_000).toFixed(0)
  say(`ok  ${what} (${seconds} s)${seen ? `: ${seen}` : ''}`)
}

/** @throws an Error with `message`, unless `isTrue` */
function expect(isTrue, message) {
  if (!isTrue) throw new Error(message)
}

async function exercise(project) {
  const { services } = JSON.parse(project.answer(['config', '--format', 'json']))
  const { used, leftOut } = obtainImages(services, quietly)
  for (const { service, reason } of leftOut) say(`--  ${service} is left out: ${reason}`)
  // What they depend on comes by itself, and `migrate` ends.
  const named = used.filter((service) => service !== 'migrate')

  await step('image built', async () => {
    expect((await project.show(['build', 'worker'])) === 0, 'the image could not be built')
  })
  await step('up --wait: all healthy', async () => {
    const wait = ['--wait', '--wait-timeout', String(HEALTHY_S)]
    const code = await project.show(['up', '--no-build', ...wait, ...named])
    expect(code === 0, `docker compose up ended with ${code}`)
    return named.join(', ')
  })
  await step('bi_live_minutes grows', () => growthOf(project))
  await step('the worker tells', () => tellingOf(project))
  if (named.includes('prometheus')) await step('Prometheus sees it', () => scrapeOf(project))
  await step('the worker may do little', () => hardeningOf(project, services.worker.image))
  await step('versions', () => versionsOf(project, named))
  await step('the worker stops with exit code 0', async () => {
    const id = project.answer(['ps', '--quiet', 'worker'])
    project.answer(['stop', 'generator', 'worker'])
    const { ExitCode } = inspect(id).State
    expect(ExitCode === 0, `it ended with ${ExitCode}`)
  })
  await step('the audit finds no difference', () => {
    const { code, stdout, stderr } = project.run(['run', '--rm', '-T', 'worker', 'audit'])
    expect(code === 0, `tributary audit ended with ${code}\n${stdout}${stderr}`)
    return stdout.trim().split('\n').at(-1)
  })
  for (const image of new Set(used.map((service) => services[service].image))) {
    say(`    ${imageLine(image)}`)
  }
}

/** Asks until there is something, and then until there is more. */
async function growthOf(project) {
  const deadline = Date.now() + GROWTH_MS
  let first = 0
  for (;;) {
    const now = await liveEvents(project)
    if (first > 0 && now > first) return `${first} events of live shows, then ${now}`
    if (first === 0) first = now
    expect(Date.now() < deadline, `still ${now} events of live shows`)
    await sleep(POLL_MS)
  }
}

async function liveEvents({ ports, password }) {
  const response = await fetch(`http://127.0.0.1:${ports.CLICKHOUSE}/?database=tributary`, {
    method: 'POST',
    headers: { 'X-ClickHouse-User': 'tributary', 'X-ClickHouse-Key': password },
    body: 'SELECT sum(events) FROM bi_live_minutes FORMAT TabSeparated',
  })
  const text = await response.text()
  expect(response.ok, `ClickHouse says: ${text}`)
  return Number(text)
}

async function tellingOf({ ports, revision }) {
  const at = (path) => fetch(`http://127.0.0.1:${ports.WORKER}${path}`)
  const paths = ['/livez', '/readyz', '/buildinfo', '/metrics']
  const answers = await Promise.all(paths.map(at))
  const states = answers.map(({ status }, i) => `${paths[i]} ${status}`).join(', ')
  expect(
    answers.every(({ ok }) => ok),
    states,
  )
  const [, , build, metrics] = answers
  const { revision: built } = await build.json()
  expect(built === revision, `it was built from ${built}, not from ${revision}`)
  const text = await metrics.text()
  const applied = [...text.matchAll(/^tributary_records_total\{.*outcome="applied".*\} (\d+)$/gm)]
  const sum = applied.reduce((total, [, count]) => total + Number(count), 0)
  expect(sum > 0, 'no record was applied')
  return `${states}; ${sum} records applied`
}

/** It scrapes every 15 seconds or so. */
async function scrapeOf({ ports }) {
  const ask = async (path) => {
    const response = await fetch(`http://127.0.0.1:${ports.PROMETHEUS}/api/v1/${path}`)
    return (await response.json()).data
  }
  const deadline = Date.now() + GROWTH_MS
  for (;;) {
    const { result } = await ask(`query?query=${encodeURIComponent('up{job="tributary"}')}`)
    if (result.some(({ value }) => value[1] === '1')) break
    expect(Date.now() < deadline, 'Prometheus does not reach the worker')
    await sleep(POLL_MS)
  }
  const rules = (await ask('rules')).groups.flatMap((group) => group.rules)
  const broken = rules.filter(({ health }) => health === 'err')
  expect(broken.length === 0, `alert rules fail: ${broken.map(({ name }) => name).join(', ')}`)
  return `${rules.length} alert rules`
}

async function main() {
  const options = process.argv.slice(2)
  if (options.some((option) => option !== '--keep')) {
    quietly('usage: node deploy/containers/exercise.mjs [--keep]')
    return 2
  }
  const { engine, compose } = requireDocker()
  say(`Docker ${engine}, Compose ${compose}`)
  const project = await composeProject(PROJECT, randomBytes(8).toString('hex'))
  const isKept = options.includes('--keep')
  const remove = () => project.run(['down', '--volumes', '--remove-orphans'])
  process.on('SIGINT', () => {
    remove()
    process.exit(130)
  })
  try {
    await exercise(project)
    return 0
  } catch (error) {
    if (error instanceof Unavailable) throw error
    say(`FAILED ${error.message}`)
    quietly(project.run(['logs', '--no-color', '--tail', '40']).stdout)
    return 1
  } finally {
    if (isKept) say(`    left running: docker compose -p ${PROJECT} --profile demo down -v`)
    else remove()
    say(`    ${((performance.now() - startedAt) / 1_000).toFixed(0)} s in all`)
  }
}

try {
  process.exitCode = await main()
} catch (error) {
  if (!(error instanceof Unavailable)) throw error
  quietly(`error: ${error.message}\n  ${error.hint}`)
  process.exitCode = EXIT_UNAVAILABLE
}
