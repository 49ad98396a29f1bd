// Makes the pictures of README.md: the demo's screen (demo.svg) and the graph of the journey of
// schemas/examples, which stands in README.md itself. Run by `npm run generate`; it takes some
// seconds and the embedded engine, so `--check` leaves it to tests (test/deploy, test/schema).
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { demoPicture } from './demo-picture.ts'

const ROOT = join(import.meta.dirname, '../..')
const README = join(ROOT, 'README.md')
const BLOCK = /(?<=<!-- journey: [^\n]*\n\n```mermaid\n)[^]*?(?=```)/

function tributary(...args: readonly string[]): string {
  const program = ['--import', 'tsx', 'src/main.ts', ...args]
  const run = spawnSync(process.execPath, program, { cwd: ROOT, encoding: 'utf8' })
  if (run.status !== 0) throw new Error(`tributary ${args[0]} failed: ${run.stderr}`)
  return run.stdout
}

/** As the comment above the graph in README.md says. */
function journeyGraph(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-picture-'))
  try {
    const db = ['--db', join(folder, 'db')]
    tributary('replay', 'schemas/examples/journey.ndjson', ...db)
    return tributary('journey', 'visitor-417', ...db, '--model', 'w_shaped', '--format', 'mermaid')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

if (!process.argv.includes('--check')) {
  writeFileSync(join(import.meta.dirname, 'demo.svg'), await demoPicture())
  const text = readFileSync(README, 'utf8')
  writeFileSync(
    README,
    text.replace(BLOCK, () => journeyGraph()),
  )
}
