// Writes the generated files of the chart; with --check only tells whether they are up to date. Run
// by `npm run generate`.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { chartDocuments } from './documents.ts'

const check = process.argv.includes('--check')
for (const [name, text] of await chartDocuments()) {
  const file = path.join(import.meta.dirname, 'tributary', name)
  const old = existsSync(file) ? readFileSync(file, 'utf8') : ''
  if (old === text) continue
  if (check) {
    process.stderr.write(`deploy/helm/tributary/${name} is out of date: run npm run generate\n`)
    process.exitCode = 1
  } else {
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
    process.stderr.write(`deploy/helm/tributary/${name} written\n`)
  }
}
