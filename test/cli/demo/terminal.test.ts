// The screen on a real terminal, made by `script` of util-linux.
import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { stripVTControlCharacters } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { PROGRAM, PROGRAM_ROOT } from '../../program.ts'

const version = spawnSync('script', ['--version'], { encoding: 'utf8' })
const hasTerminal = version.error === undefined && version.stdout.includes('util-linux')

const ENTER = '\u001B[?1049h'
const LEAVE = '\u001B[?1049l'
const SHOW_CURSOR = '\u001B[?25h'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))))
afterAll(() => rm(folder, { recursive: true, force: true }))

/** Runs the demo on a terminal of 80 x 24; `keys` may press some when it sees what is on it. */
function onTerminal(options: string, keys?: (output: string) => string | null) {
  const demo = `node ${PROGRAM.join(' ')} demo --db ${folder}/db ${options}`
  const child = spawn('script', ['-qefc', `stty cols 80 rows 24; exec ${demo}`, '/dev/null'], {
    cwd: PROGRAM_ROOT,
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  let output = ''
  let isPressed = false
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
    const pressed = isPressed ? null : (keys?.(output) ?? null)
    if (pressed === null) return
    isPressed = true
    child.stdin.write(pressed)
  })
  return new Promise<{ output: string; exitCode: number | null }>((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) => resolve({ output, exitCode }))
  })
}

/** The frames between entering and leaving the screen, each as its lines, without colours. */
function framesOf(output: string): string[][] {
  const screen = output.slice(output.indexOf(ENTER), output.indexOf(LEAVE))
  return screen
    .split('\u001B[H')
    .slice(1)
    .map((frame) => frame.split('\r\n').map((line) => stripVTControlCharacters(line)))
}

describe.skipIf(!hasTerminal)('on a terminal (needs `script` of util-linux)', () => {
  it('draws in place while it runs, and leaves the summary when it ends', async () => {
    const { output, exitCode } = await onTerminal('--events 1500 --rate 500')
    expect(exitCode).toBe(0)
    const frames = framesOf(output)
    expect(frames.length).toBeGreaterThan(0)
    for (const lines of frames) {
      expect(lines.length).toBe(24)
      expect(lines[0]).toMatch(/^ tributary demo .*2026-\d\d-\d\d .* of 1,500 events/)
    }
    const after = output.slice(output.indexOf(LEAVE))
    expect(after).toContain('Seed 42: 1,500 events')
    expect(after).not.toContain(ENTER)
  })

  it('gives the terminal back on Ctrl-C', async () => {
    const { output, exitCode } = await onTerminal('', (seen) =>
      seen.includes('stream time') ? '\u0003' : null,
    )
    expect(exitCode).toBe(130)
    expect(output.indexOf(SHOW_CURSOR)).toBeGreaterThan(output.indexOf(ENTER))
    expect(output.slice(output.indexOf(LEAVE))).toMatch(/Seed 42: [\d,]+ events/)
  })
})
