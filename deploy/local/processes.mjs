// Background processes that outlive their starter and are ended later by another one. A process is
// remembered by pid and start time, so that a pid the system has given to somebody else since is
// never signalled.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, openSync, readFileSync, closeSync } from 'node:fs'
import { which } from './requirements.mjs'

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms))

/** What tells two processes with the same pid apart; '' when there is no such process. */
function startMark(pid) {
  if (existsSync('/proc/self/stat')) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // The second field is the command in parentheses and may hold blanks; field 3 is the state
      // (Z: ended, not yet reaped; its other threads may still hold ports and files), field 20 the
      // number of threads, field 22 the start time in ticks since boot.
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      const hasEnded = fields[0] === 'Z' && Number(fields[17]) <= 1
      return hasEnded ? '' : (fields[19] ?? '')
    } catch {
      return ''
    }
  }
  const ps = spawnSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' })
  return ps.status === 0 ? ps.stdout.trim() : ''
}

/**
 * @param {number} pid
 * @returns {{pid: number, mark: string}} an identity to store
 */
export const identify = (pid) => ({ pid, mark: startMark(pid) })

/**
 * Is exactly this process (not merely one with its pid) alive?
 * @param {{pid: number, mark: string} | undefined} identity
 */
export function isAlive(identity) {
  return Boolean(identity?.mark) && startMark(identity.pid) === identity.mark
}

const identityOf = ({ pid }) => (pid === undefined ? { pid: 0, mark: '' } : identify(pid))

/**
 * Starts a process that goes on when we end; its output is appended to `log`.
 * @param {{command: string, args: string[], cwd: string, env?: Record<string, string>}} start
 * @param {string} log
 */
export function startDetached({ command, args, cwd, env }, log) {
  const out = openSync(log, 'a')
  try {
    const child = spawn(command, args, {
      cwd,
      env: { ...process.env, ...env },
      detached: true,
      stdio: ['ignore', out, out],
    })
    child.on('error', () => {}) // shows as a process that is not alive; the log and the caller tell why
    child.unref()
    return identityOf(child)
  } finally {
    closeSync(out)
  }
}

/**
 * Starts a process that ends with us (on Linux even if we are killed); its output is appended to
 * `log`.
 * @param {{command: string, args: string[], cwd: string, env?: Record<string, string>}} start
 * @param {string} log
 */
export function startBound({ command, args, cwd, env }, log) {
  const setpriv = which('setpriv')
  const whole = [command, ...args]
  const line = setpriv === '' ? whole : [setpriv, '--pdeathsig', 'KILL', '--', ...whole]
  const out = openSync(log, 'a')
  try {
    const child = spawn(line[0], line.slice(1), {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', out, out],
    })
    const end = () => child.kill('SIGKILL')
    process.once('exit', end)
    child.once('exit', () => process.off('exit', end))
    child.on('error', () => {}) // as above
    child.unref()
    return identityOf(child)
  } finally {
    closeSync(out)
  }
}

/**
 * Ends exactly this process: politely, and after `patienceMs` by force. Resolves when it is gone.
 */
export async function stop(identity, patienceMs = 20_000) {
  const deadline = Date.now() + patienceMs
  let forced = false
  while (isAlive(identity)) {
    if (!forced && Date.now() > deadline) forced = true
    try {
      process.kill(identity.pid, forced ? 'SIGKILL' : 'SIGTERM')
    } catch {
      // ended between the check and the signal
    }
    for (let waited = 0; waited < 2_000 && isAlive(identity); waited += 50) await sleep(50)
  }
  return forced ? 'killed' : 'stopped'
}
