// How far a run has come, on stderr: a bar on a terminal, else a line now and then.
import { Presets, SingleBar } from 'cli-progress'

const LINE_EVERY_MS = 30_000

export interface Progress {
  /** So many of all faults have come about. */
  update(done: number): void
  stop(): void
}

export function showProgress(total: number): Progress {
  const begunMs = Date.now()
  const minutes = (ms: number): string => `${Math.round(ms / 60_000)} min`
  const left = (done: number): string =>
    done === 0 ? '?' : minutes(((Date.now() - begunMs) * (total - done)) / done)
  return process.stderr.isTTY ? bar(total, left) : lines(total, left)
}

function bar(total: number, left: (done: number) => string): Progress {
  const format = '{bar} {value}/{total} faults · {left} left'
  const options = { format, stream: process.stderr, clearOnComplete: true, hideCursor: true }
  const single = new SingleBar(options, Presets.shades_classic)
  single.start(total, 0, { left: '?' })
  return {
    update: (done) => single.update(done, { left: left(done) }),
    stop: () => single.stop(),
  }
}

function lines(total: number, left: (done: number) => string): Progress {
  let toldMs = Date.now()
  return {
    update: (done) => {
      if (done < total && Date.now() - toldMs < LINE_EVERY_MS) return
      toldMs = Date.now()
      process.stderr.write(`${done}/${total} faults, ${left(done)} left\n`)
    },
    stop: () => undefined,
  }
}
