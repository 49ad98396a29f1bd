// The probe of a worker that is to be killed: when it comes by a point for the so-manyth time, it
// says so and ends itself with SIGKILL, as nothing else would: no handler runs, nothing is flushed.
import { writeSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Probe, ProbePoint } from '../../src/ports/clock.ts'

/** Environment of a worker that is to die: `point passing linger-ms`. */
export const FATAL_VARIABLE = 'CHAOS_KILL'
/** What it says last, on stderr. */
export const LAST_WORDS = 'killed at a fail-point'
const STDERR = 2

export function fatalProbe(plan: string): Probe {
  const [point = '', passing = '', lingerMs = ''] = plan.split(' ')
  let passings = 0
  return {
    at: (here: ProbePoint) => {
      if (here !== point || ++passings !== Number(passing)) return
      if (Number(lingerMs) === 0) return die()
      return sleep(Number(lingerMs)).then(die)
    },
  }
}

function die(): never {
  writeSync(STDERR, `${LAST_WORDS}\n`)
  process.kill(process.pid, 'SIGKILL')
  // The signal is there before the next line of ours.
  throw new Error('still alive')
}
