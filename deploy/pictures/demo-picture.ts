// The demo's screen in the middle of a show, as an SVG: the real run into a real ledger, read back
// from there and rendered by the code that draws the terminal. Same seed, same picture.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import pc from 'picocolors'
import type { GeneratedRecord } from '../../src/adapters/generator/generator.ts'
import { demoLog } from '../../src/cli/demo/log.ts'
import { UNLIMITED } from '../../src/cli/demo/pace.ts'
import { runDemo } from '../../src/cli/demo/run-demo.ts'
import { screenLines } from '../../src/cli/demo/screen.ts'
import { openLocalLedger } from '../../src/cli/local-ledger.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { terminalSvg } from './terminal-svg.ts'

const SEED = 42
/** Some minutes before the end of the first show. */
const RECORDS = 47_000
const SIZE = { columns: 100, rows: 36 } as const

function* first(log: Iterable<GeneratedRecord>, count: number): Generator<GeneratedRecord, void> {
  let left = count
  for (const record of log) {
    if (left-- === 0) return
    yield record
  }
}

/** Takes some seconds and the embedded engine. */
export async function demoPicture(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'tributary-picture-'))
  const ledger = await openLocalLedger({ db: join(folder, 'db') }, join(folder, 'db'))
  try {
    const { figures } = await runDemo({
      ledger,
      settings: DEFAULT_SETTINGS,
      log: first(demoLog(SEED, null), RECORDS),
      rates: UNLIMITED,
      display: { everyMs: null, show: () => undefined, close: () => undefined },
      signal: new AbortController().signal,
    })
    const colors = pc.createColors(true)
    const lines = screenLines(figures, SIZE, { colors, perSecond: null, goal: null })
    return terminalSvg(lines, SIZE.columns, 'The screen of tributary demo during a live show')
  } finally {
    await ledger.db.close()
    await rm(folder, { recursive: true, force: true })
  }
}
