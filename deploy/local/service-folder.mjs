// The folder that a checkout's services live in (`.services/`, git-ignored): per service its log,
// its data and state.json, which says who runs where. One `up` or `down` at a time works on it.
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { identify, isAlive, sleep } from './processes.mjs'

export const DEFAULT_FOLDER = fileURLToPath(new URL('../../.services', import.meta.url))

export const serviceDir = (folder, name) => path.join(folder, name)
export const logFile = (folder, name) => path.join(folder, name, 'service.log')
const stateFile = (folder, name) => path.join(folder, name, 'state.json')

/**
 * @typedef {object} State what is remembered of a started service
 * @property {{pid: number, mark: string}} process
 * @property {string} address host:port
 * @property {boolean} keep started by a person: stays until a person's `down`
 * @property {{pid: number, mark: string}[]} holders processes (test runs) that need it for their
 *   lifetime
 */

/** @returns {State | undefined} undefined: never started, or stopped by `down` */
export function readState(folder, name) {
  try {
    return JSON.parse(readFileSync(stateFile(folder, name), 'utf8'))
  } catch {
    return undefined
  }
}

export function writeState(folder, name, state) {
  const file = stateFile(folder, name)
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`)
  renameSync(`${file}.new`, file)
}

export const forgetState = (folder, name) => rmSync(stateFile(folder, name), { force: true })

/** Runs `work` while no other `up` or `down` works on this folder. */
export async function withLock(folder, say, work) {
  mkdirSync(folder, { recursive: true })
  const lock = path.join(folder, 'lock')
  const mine = JSON.stringify(identify(process.pid))
  for (let told = false; ;) {
    try {
      writeFileSync(lock, mine, { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
    }
    if (!isHeld(lock)) rmSync(lock, { force: true })
    else {
      if (!told) say('waiting for another up or down to finish')
      told = true
      await sleep(200)
    }
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function isHeld(lock) {
  try {
    return isAlive(JSON.parse(readFileSync(lock, 'utf8')))
  } catch (error) {
    // Just released, or just created and not yet written: look again.
    return error.code !== 'ENOENT'
  }
}
