// promtool for tests of rules, metrics and dashboards: the one in PATH; else, on Debian, out of the
// package `prometheus`, which is fetched once into ~/.cache/tributary and not installed, so that no
// server is started.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { canInstall, run, which } from '../local/requirements.mjs'
import { Unavailable } from '../local/unavailable.mjs'

const ATTEMPTS = 2
const PAUSE_MS = 5_000
const OTHERS_MAX_MS = 90_000
const LOOK_MS = 300
const HINT = 'install promtool (Debian: the package prometheus; macOS: brew install prometheus)'

/**
 * @param {(line: string) => void} say
 * @returns {string} the full path of promtool. @throws {Unavailable}
 */
export function requirePromtool(say) {
  const found = which('promtool')
  if (found !== '') return found
  const apt = which('apt-get')
  if (apt === '' || which('dpkg-deb') === '') {
    throw new Unavailable('promtool is not installed', HINT)
  }
  const cache = path.join(os.homedir(), '.cache/tributary')
  const promtool = path.join(cache, 'promtool')
  mkdirSync(cache, { recursive: true })
  const isOurs = waitForOthers(promtool)
  try {
    if (existsSync(promtool)) return promtool
    say('fetching promtool')
    fetchInto(cache, { promtool, apt })
    return promtool
  } finally {
    if (isOurs) rmSync(`${promtool}.lock`, { recursive: true, force: true })
  }
}

/** One fetches, the others wait for it, though not for ever. true: nobody else fetches. */
function waitForOthers(promtool) {
  for (let waited = 0; waited < OTHERS_MAX_MS && !existsSync(promtool); waited += LOOK_MS) {
    try {
      mkdirSync(`${promtool}.lock`)
      return true
    } catch {
      pause(LOOK_MS)
    }
  }
  return false
}

/** Put in place when it is whole: two at once do no harm. */
function fetchInto(cache, { promtool, apt }) {
  const folder = mkdtempSync(path.join(cache, 'promtool-'))
  try {
    const archive = download(apt, folder)
    if (run('dpkg-deb', ['-x', path.join(folder, archive), folder]) !== 0) {
      throw new Unavailable(`${archive} could not be unpacked`, HINT)
    }
    renameSync(path.join(folder, 'usr/bin/promtool'), promtool)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The name of the package's file. */
function download(apt, folder) {
  for (let attempt = 1; ; attempt++) {
    const { status } = spawnSync(apt, ['-qq', 'download', 'prometheus'], { cwd: folder })
    const [archive] = readdirSync(folder)
    if (status === 0 && archive !== undefined) return archive
    if (attempt === ATTEMPTS || !canInstall()) {
      throw new Unavailable('promtool could not be fetched', HINT)
    }
    // A fresh machine has no package lists; another process may be fetching them.
    if (run(apt, ['-qq', 'update']) !== 0) pause(PAUSE_MS)
  }
}

const pause = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)
