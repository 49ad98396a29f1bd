// What the services need from the system. As root on Debian a missing program is installed;
// anywhere else the error names what is missing and how to get it.
import { spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { Unavailable } from './unavailable.mjs'

/** Full path of a program in PATH, or '' . */
export function which(program) {
  for (const folder of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(folder, program)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // not here
    }
  }
  return ''
}

export const canInstall = () =>
  process.platform === 'linux' &&
  process.getuid?.() === 0 &&
  existsSync('/etc/debian_version') &&
  which('apt-get') !== ''

/** Runs a command to its end with its output on our stderr; its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { stdio: ['ignore', 2, 2], ...options })
  return error ? 127 : (status ?? 1)
}

/** Another apt-get at work is waited for. */
const QUIETLY = ['-qq', '-o', 'Dpkg::Use-Pty=0', '-o', 'DPkg::Lock::Timeout=300']

const apt = (args) =>
  run('apt-get', [...QUIETLY, ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  })

/**
 * The full path of `program`; installs `packages` when it is missing and we may.
 * @param {string} program
 * @param {{packages: string[], purpose: string, elsewhere: string}} source
 * @param {(line: string) => void} say
 */
export function requireProgram(program, { packages, purpose, elsewhere }, say) {
  const found = which(program)
  if (found !== '') return found
  const install = `apt-get install -y --no-install-recommends ${packages.join(' ')}`
  if (!canInstall()) {
    throw new Unavailable(
      `${program} is not installed; ${purpose} needs it`,
      `install it (Debian or Ubuntu, as root: ${install}; macOS: ${elsewhere}), then run this again`,
    )
  }
  say(`installing ${packages.join(', ')}`)
  const args = ['install', '-y', '--no-install-recommends', ...packages]
  // A fresh machine has no package lists, an old one has stale ones.
  const installed = apt(args) === 0 || (apt(['update']) === 0 && apt(args) === 0)
  const now = which(program)
  if (!installed || now === '') {
    throw new Unavailable(
      `${packages.join(', ')} could not be installed`,
      `see above; try: ${install}`,
    )
  }
  return now
}
