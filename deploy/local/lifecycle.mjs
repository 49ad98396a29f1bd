// Starting and stopping the services. Idempotent: what runs and answers is left alone, and only
// processes that were started here are ever ended.
import { mkdirSync, readFileSync, rmSync } from 'node:fs'
import { clickhouse } from './clickhouse.mjs'
import { kafka } from './kafka.mjs'
import { choosePort } from './network.mjs'
import { identify, isAlive, sleep, startDetached, stop } from './processes.mjs'
import { redis } from './redis.mjs'
import {
  forgetState,
  logFile,
  readState,
  serviceDir,
  withLock,
  writeState,
} from './service-folder.mjs'
import { Unavailable } from './unavailable.mjs'

export const SERVICES = [kafka, redis, clickhouse]

/**
 * Starts what does not run yet and waits until each answers.
 * @param {readonly {name: string}[]} services some of SERVICES
 * @param {{folder: string, holder?: number, say: (line: string) => void}} options holder: pid of a
 *   process for whose lifetime they are needed; without it they stay until `down`
 * @throws {Unavailable} what is missing and how to get it; what did start stays
 */
export const up = (services, options) =>
  withLock(options.folder, options.say, async () => {
    const ports = []
    for (const service of services) ports.push(await choosePort(service.port))
    const results = await Promise.allSettled(
      services.map((service, at) => ensure(service, ports[at], options)),
    )
    const failed = results.find((result) => result.status === 'rejected')
    if (failed) throw failed.reason
    return results.map((result) => result.value)
  })

async function ensure(service, port, { folder, holder, say }) {
  const told = (line) => say(`${service.name}: ${line}`)
  const before = readState(folder, service.name)
  const runs = before !== undefined && isAlive(before.process)
  const state = runs ? before : await launch(service, port, { folder, say: told })
  if (holder === undefined) state.keep = true
  else state.holders = [...state.holders.filter(isAlive), identify(holder)]
  writeState(folder, service.name, state)
  await waitUntilItAnswers(service, state, folder)
  told(`${runs ? 'running' : 'started'} on ${state.address}`)
  return {
    name: service.name,
    variable: service.variable,
    address: state.address,
    url: service.url(state.address),
    pid: state.process.pid,
    log: logFile(folder, service.name),
  }
}

async function launch(service, port, { folder, say }) {
  const dir = serviceDir(folder, service.name)
  mkdirSync(dir, { recursive: true })
  const start = await service.prepare({ dir, port, say })
  say('starting')
  const started = startDetached(start, logFile(folder, service.name))
  return { process: started, address: `127.0.0.1:${port}`, keep: false, holders: [] }
}

async function waitUntilItAnswers(service, state, folder) {
  const log = logFile(folder, service.name)
  const deadline = Date.now() + service.startSeconds * 1_000
  while (!(await service.answers(state.address))) {
    if (!isAlive(state.process)) {
      forgetState(folder, service.name)
      throw new Unavailable(
        `${service.name} ended while it started`,
        `its log ${log} ends:\n${tail(log)}`,
      )
    }
    if (Date.now() > deadline) {
      throw new Unavailable(
        `${service.name} did not answer on ${state.address} within ${service.startSeconds} s`,
        `its log ${log} ends:\n${tail(log)}`,
      )
    }
    await sleep(100)
  }
}

function tail(file) {
  try {
    return readFileSync(file, 'utf8').trimEnd().split('\n').slice(-15).join('\n')
  } catch {
    return '(no log)'
  }
}

/**
 * Ends what `up` started here. With `holder`: takes back that process's need, and ends what nobody
 * else needs and no person started.
 * @param {{folder: string, holder?: number, purge?: boolean, say: (line: string) => void}} options
 *   purge: removes data and logs too
 */
export const down = (services, options) =>
  withLock(options.folder, options.say, async () => {
    await Promise.all(services.map((service) => end(service, options)))
  })

async function end(service, { folder, holder, purge, say }) {
  const state = readState(folder, service.name)
  if (state !== undefined && holder !== undefined) {
    state.holders = state.holders.filter((other) => other.pid !== holder && isAlive(other))
    if (state.keep || state.holders.length > 0) return writeState(folder, service.name, state)
  }
  if (state !== undefined && isAlive(state.process)) {
    say(`${service.name}: stopping`)
    const how = await stop(state.process)
    say(`${service.name}: ${how}`)
  } else if (holder === undefined) {
    say(`${service.name}: not running`)
  }
  forgetState(folder, service.name)
  if (purge) rmSync(serviceDir(folder, service.name), { recursive: true, force: true })
}
