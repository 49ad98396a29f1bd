// Writes the generated files of this folder; with --check only tells whether they are up to date.
// Run by `npm run generate`.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { documents } from './documents.ts'

const check = process.argv.includes('--check')
for (const [name, text] of await documents()) {
  const file = join(import.meta.dirname, name)
  const old = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (old === text) continue
  if (check) {
    process.stderr.write(`schemas/${name} is out of date: run npm run generate\n`)
    process.exitCode = 1
  } else {
    writeFileSync(file, text)
    process.stderr.write(`schemas/${name} written\n`)
  }
}
