// Progress on stderr: a bar with rate and time left on a terminal, else a line every five seconds.
import { Presets, SingleBar } from 'cli-progress'

const LINE_EVERY_MS = 5000

export interface Progress {
  /** So many of the total are done. Cheap enough to call per chunk. */
  update(done: number): void
  /** Takes the bar away; call it however the work ends. */
  stop(): void
}

export interface ProgressOptions {
  readonly total: number
  /** What is counted: `events`, `MB`. */
  readonly unit: string
  readonly quiet: boolean
}

export function createProgress({ total, unit, quiet }: ProgressOptions): Progress {
  if (quiet) return { update: () => undefined, stop: () => undefined }
  return process.stderr.isTTY ? bar(total, unit) : lines(total, unit)
}

function bar(total: number, unit: string): Progress {
  const startedMs = Date.now()
  const format = `{bar} {percentage} % · {value}/{total} ${unit} · {rate}/s · {left} s left`
  const single = new SingleBar(
    { format, stream: process.stderr, clearOnComplete: true, hideCursor: true, fps: 5 },
    Presets.shades_classic,
  )
  single.start(total, 0, { rate: 0, left: '?' })
  return {
    update(done) {
      const rate = perSecond(done, startedMs)
      single.update(done, { rate, left: rate === 0 ? '?' : Math.ceil((total - done) / rate) })
    },
    stop: () => single.stop(),
  }
}

function lines(total: number, unit: string): Progress {
  const startedMs = Date.now()
  let lineMs = startedMs
  return {
    update(done) {
      if (Date.now() - lineMs < LINE_EVERY_MS) return
      lineMs = Date.now()
      process.stderr.write(`${done}/${total} ${unit}, ${perSecond(done, startedMs)}/s\n`)
    },
    stop: () => undefined,
  }
}

function perSecond(done: number, startedMs: number): number {
  return Math.round((done * 1000) / Math.max(1, Date.now() - startedMs))
}
