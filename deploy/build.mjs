// `npm run build`: compiles src to dist, copies what the compiler leaves out (Lua scripts), notes
// the revision (REVISION, else what git says, else none), and makes `npx tributary` work inside
// this checkout, as it does where the package is installed.
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const dist = path.join(root, 'dist')
const main = path.join(dist, 'main.js')
const cache = path.join(root, 'node_modules/.cache')
mkdirSync(cache, { recursive: true })
// Put in place when it is whole: what runs from dist meanwhile goes on, and a failed build breaks
// nothing.
const next = mkdtempSync(path.join(cache, 'tributary-build-'))
process.on('exit', () => rmSync(next, { recursive: true, force: true }))

const require = createRequire(import.meta.url)
const compiler = path.join(path.dirname(require.resolve('typescript/package.json')), 'bin/tsc')
const { status } = spawnSync(
  process.execPath,
  [compiler, '-p', path.join(root, 'src/tsconfig.build.json'), '--outDir', path.join(next, 'dist')],
  { stdio: 'inherit' },
)
if (status !== 0) process.exit(status ?? 1)

for (const file of readdirSync(path.join(root, 'src'), { recursive: true })) {
  if (file.endsWith('.lua')) cpSync(path.join(root, 'src', file), path.join(next, 'dist', file))
}
chmodSync(path.join(next, 'dist/main.js'), 0o755)
const build = JSON.stringify({ revision: revision() })
writeFileSync(path.join(next, 'dist/build.json'), `${build}\n`)
try {
  renameSync(dist, path.join(next, 'before'))
} catch (error) {
  if (error.code !== 'ENOENT') throw error
}
renameSync(path.join(next, 'dist'), dist)

const bin = path.join(root, 'node_modules/.bin')
mkdirSync(bin, { recursive: true })
rmSync(path.join(bin, 'tributary'), { force: true })
symlinkSync(path.relative(bin, main), path.join(bin, 'tributary'))

/** As git names the source, `-dirty` where files were changed since; '' where nobody knows. */
function revision() {
  const given = process.env.REVISION
  if (given) return given
  const git = (...args) => spawnSync('git', args, { cwd: root, encoding: 'utf8' })
  const head = git('rev-parse', '--show-prefix', 'HEAD')
  const [inside, commit] = (head.stdout ?? '').split('\n')
  // Not a checkout, or a folder of somebody else's.
  if (head.status !== 0 || inside !== '') return ''
  return commit + (git('diff', '--quiet', 'HEAD').status === 0 ? '' : '-dirty')
}
