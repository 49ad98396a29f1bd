// `npm run proof [PART …]`: runs the parts of the proof in full (all of them, or those named) and
// writes test/PROOF.md from what the last run of each part has left. Exit codes: 0 all parts have
// passed, 1 one has not, or is missing; 2 usage.
import { writeFile } from 'node:fs/promises'
import { format, resolveConfig } from 'prettier'
import { PARTS, commandOf, readPart, runPart } from './parts.ts'
import type { PartRun } from './parts.ts'
import { proofDocument } from './document.ts'

const FOLDER = 'out/proof'
const DOCUMENT = 'test/PROOF.md'

const named = process.argv.slice(2)
const unknown = named.filter((name) => PARTS.every((part) => part.name !== name))
if (unknown.length > 0) {
  const names = PARTS.map(({ name }) => name).join(' ')
  process.stderr.write(`no such part: ${unknown.join(', ')}\nusage: npm run proof -- [${names}]\n`)
  process.exitCode = 2
} else process.exitCode = await prove()

async function prove(): Promise<number> {
  const runs = new Map<string, PartRun>()
  for (const part of PARTS) {
    const isWanted = named.length === 0 || named.includes(part.name)
    if (isWanted) process.stderr.write(`${part.name}: ${commandOf(part)}\n`)
    const run = isWanted ? await runPart(FOLDER, part) : await readPart(FOLDER, part.name)
    if (run !== null) runs.set(part.name, run)
  }
  const text = proofDocument(runs)
  const style = await resolveConfig(DOCUMENT)
  await writeFile(DOCUMENT, await format(text, { ...style, filepath: DOCUMENT }))
  process.stderr.write(`written: ${DOCUMENT}\n`)
  const isProved = PARTS.every(({ name }) => runs.get(name)?.exitCode === 0)
  return isProved ? 0 : 1
}
