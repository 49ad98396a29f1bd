// The part of the proof that CI runs: real workers, killed and confused on real services, whose
// rows are the oracle's in the end.
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { expect, it, onTestFinished } from 'vitest'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import type { Report } from './report.ts'

const PROGRAM = fileURLToPath(new URL('run.mjs', import.meta.url))
/** Every halt is brought about on real services in test/integration, too. */
const PART = ['--kills', '20', '--rewinds', '3', '--outages', '3', '--rebalances', '3']
const ARGS = [...PART, '--zombies', '3', '--no-halts', '--json']

describeWithPrivate(['kafka', 'redis', 'clickhouse'], 'workers under faults', () => {
  it('lose nothing and count nothing twice', { timeout: 900_000 }, async () => {
    const child = spawn(process.execPath, [PROGRAM, ...ARGS], { stdio: ['ignore', 'pipe', 'pipe'] })
    onTestFinished(() => void child.kill())
    let [stdout, stderr] = ['', '']
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text))
    const code = await new Promise((resolve) => {
      child.on('close', resolve)
    })
    expect(stdout, stderr).not.toBe('')
    const report = JSON.parse(stdout) as Report
    expect(report.findings, stdout).toEqual([])
    expect(code).toBe(0)
    expect(report.faults).toMatchObject({ kill: 20, 'redis rewound': 3, rebalance: 3, zombie: 3 })
    expect(report.seen['booked hours']).toBeGreaterThanOrEqual(200)
    expect(report.seen['days']).toBeGreaterThanOrEqual(60)
  })
})
