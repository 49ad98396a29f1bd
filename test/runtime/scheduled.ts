// A port whose calls happen when fast-check's scheduler says so: any interleaving of several
// workers, or of one worker with itself, can come about, and a bad one can be repeated.
import type fc from 'fast-check'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { StateStore } from '../../src/ports/state-store.ts'

/**
 * Each call happens at a time of the scheduler's choosing, and so does the arrival of its answer.
 */
export function scheduled<P extends StateStore | LedgerSink>(port: P, scheduler: fc.Scheduler): P {
  const turn = (label: string) => scheduler.schedule(Promise.resolve(), label)
  return new Proxy(port, {
    get: (_, name) => {
      const method = port[name as keyof P] as (...given: unknown[]) => Promise<unknown>
      return async (...given: unknown[]) => {
        await turn(`${String(name)} sent`)
        const answer = await method.apply(port, given)
        await turn(`${String(name)} answered`)
        return answer
      }
    },
  })
}
