// Kubernetes' own types, asked about manifests: each becomes a literal of its type, which the
// compiler takes only if nothing is missing, misspelt or of a wrong type. What the API server would
// say, without one.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import type { Manifest } from './helm.ts'

const require = createRequire(import.meta.url)
const TYPES = path.dirname(require.resolve('kubernetes-types/package.json'))
const COMPILER = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')

/** `apps/v1` is in apps/v1.d.ts, `v1` in core/v1.d.ts, `networking.k8s.io/v1` in networking/. */
function moduleOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.includes('/')
    ? apiVersion.split('/')
    : ['core', apiVersion]
  return path.join(TYPES, group.split('.')[0]!, `${version}.d.ts`)
}

/** What the compiler has against them; '' if nothing. Custom resources have no types here. */
export function complaintsAbout(manifests: readonly Manifest[]): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tributary-test-manifests-'))
  const file = path.join(folder, 'manifests.ts')
  const lines = manifests.map((manifest, i) => {
    const type = `import(${JSON.stringify(moduleOf(manifest.apiVersion))}).${manifest.kind}`
    return `export const manifest${i}: ${type} = ${JSON.stringify(manifest, null, 1)}\n`
  })
  try {
    writeFileSync(file, lines.join(''))
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--types', '', '--target', 'es2022']
    const args = [COMPILER, ...options, '--module', 'preserve', file]
    const { stdout, stderr } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' })
    return stdout + stderr
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
