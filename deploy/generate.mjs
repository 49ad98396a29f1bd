// `npm run generate`: writes every document that is made from code. With `--check` it writes
// nothing and fails when one in the repository differs from what would be written.
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const tsx = path.join(root, 'node_modules/.bin/tsx')
const GENERATORS = [
  ['schemas/generate.ts'],
  ['deploy/documents.ts'],
  ['src/main.ts', 'config', 'env'],
  ['src/main.ts', 'config', 'table'],
  ['deploy/pictures/generate.ts'],
]

for (const generator of GENERATORS) {
  if (!existsSync(path.join(root, generator[0]))) continue
  const { status } = spawnSync(tsx, [...generator, ...process.argv.slice(2)], {
    cwd: root,
    stdio: 'inherit',
  })
  if (status !== 0) process.exitCode = 1
}
