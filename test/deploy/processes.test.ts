// Processes that are bound to their starter end with it, even when it is killed.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, vi } from 'vitest'
import { identify, isAlive } from '../../deploy/local/processes.mjs'

const PROCESSES = new URL('../../deploy/local/processes.mjs', import.meta.url).href
const WITHIN = { timeout: 60_000, interval: 20 }

it('a bound process ends with its starter, however that ends', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-bound-'))
  const forEver = 'setInterval(() => {}, 1000)'
  const start = { command: process.execPath, args: ['-e', forEver], cwd: folder }
  const log = path.join(folder, 'log')
  const script = `import { startBound } from '${PROCESSES}'
    console.log(startBound(${JSON.stringify(start)}, ${JSON.stringify(log)}).pid)
    process.on('SIGHUP', () => process.exit())
    ${forEver}`
  // Only Linux tells a process that its parent was killed.
  const endings =
    process.platform === 'linux' ? (['SIGKILL', 'SIGHUP'] as const) : ['SIGHUP' as const]
  for (const ending of endings) {
    const starter = spawn(process.execPath, ['--input-type=module', '-e', script])
    const pid = await new Promise<number>((tell) => {
      starter.stdout.once('data', (chunk) => tell(Number(String(chunk))))
    })
    const bound = identify(pid)
    expect(isAlive(bound)).toBe(true)
    starter.kill(ending)
    await vi.waitUntil(() => !isAlive(bound), WITHIN)
  }
  rmSync(folder, { recursive: true })
})
