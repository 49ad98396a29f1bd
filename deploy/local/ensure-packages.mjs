// npm packages for whoever has just cloned: `npm ci`, when node_modules is missing or is not what
// the lock file says. Optional packages of other platforms may be missing.
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './requirements.mjs'
import { Unavailable } from './unavailable.mjs'

export const ROOT = fileURLToPath(new URL('../..', import.meta.url))

function packagesIn(file) {
  return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages
}

/** Is every package of the lock file installed, in its version? */
function isInstalled() {
  if (!existsSync(path.join(ROOT, 'node_modules/.package-lock.json'))) return false
  const installed = packagesIn('node_modules/.package-lock.json')
  return Object.entries(packagesIn('package-lock.json')).every(
    ([name, { version, optional, devOptional }]) => {
      if (name === '') return true
      const found = installed[name]
      return found ? found.version === version : Boolean(optional || devOptional)
    },
  )
}

/** @param {(line: string) => void} say */
export function ensurePackages(say) {
  if (isInstalled()) return
  say('installing npm packages (npm ci)')
  const windows = process.platform === 'win32'
  const status = run(windows ? 'npm.cmd' : 'npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: ROOT,
    shell: windows,
  })
  if (status !== 0) {
    throw new Unavailable('the npm packages could not be installed', 'see above; then run npm ci')
  }
}
