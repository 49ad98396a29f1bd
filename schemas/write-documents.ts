// Writes generated files; with --check on the command line it only tells which are out of date, and
// the process ends with 1.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

/** Names with their texts, below `folder`. */
export function writeDocuments(
  folder: string,
  documents: Iterable<readonly [name: string, text: string]>,
): void {
  const isCheck = process.argv.includes('--check')
  for (const [name, text] of documents) {
    const file = join(folder, name)
    if (existsSync(file) && readFileSync(file, 'utf8') === text) continue
    const shown = `${basename(folder)}/${name}`
    if (isCheck) {
      process.stderr.write(`${shown} is out of date: run npm run generate\n`)
      process.exitCode = 1
    } else {
      writeFileSync(file, text)
      process.stderr.write(`${shown} written\n`)
    }
  }
}
