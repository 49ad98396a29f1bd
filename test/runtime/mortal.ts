// Ports of a process that can be killed or taken for dead by its group, on a network that takes its
// time.
import type { AssignmentHandler, RecordSource } from '../../src/ports/record-source.ts'
import type { Clock } from '../../src/ports/clock.ts'
import type { Draw } from '../logs/moves.ts'
import { withMethods } from './with-methods.ts'

export interface Life {
  isOver: boolean
}

/** After the end no call is sent, and no answer arrives. */
export function mortal<P extends object>(port: P, life: Life): P {
  const never = new Promise<never>(() => undefined)
  return new Proxy(port, {
    get: (_, name) => {
      const own = port[name as keyof P]
      if (typeof own !== 'function') return own
      return (...given: unknown[]): unknown => {
        if (life.isOver) return never
        const answer: unknown = own.apply(port, given)
        if (!(answer instanceof Promise)) return answer
        const isHeard = (): unknown => (life.isOver ? never : answer)
        return answer.then(isHeard, isHeard)
      }
    },
  })
}

/** After the end no time is up any more. */
export const mortalClock = (clock: Clock, life: Life): Clock =>
  withMethods(mortal(clock, life), {
    after: (ms, run) =>
      clock.after(ms, () => {
        if (!life.isOver) run()
      }),
  })

/** A member that hears of its assignments some time after the group has decided them. */
export function hearsLate(source: RecordSource, clock: Clock, draw: Draw): RecordSource {
  return withMethods(source, {
    start: (handler: AssignmentHandler) => {
      let latest: readonly number[] = []
      const assigned = (partitions: readonly number[]): void => {
        latest = partitions
        void clock.sleep(draw(0, 1_000)).then(() => handler.assigned(latest))
      }
      return source.start({ ...handler, lost: () => handler.lost(), assigned })
    },
  })
}

/** A client does in turn what it is asked: it does not leave before it has joined. */
export function inTurn(source: RecordSource): RecordSource {
  let joined: Promise<unknown> = Promise.resolve()
  return withMethods(source, {
    start: (handler: AssignmentHandler) => {
      const joining = source.start(handler)
      joined = joining.catch(() => undefined)
      return joining
    },
    stop: () => joined.then(() => source.stop()),
  })
}

/** Each call takes up to `mostMs` to arrive, and its answer as long again. */
export function distant<P extends object>(port: P, mostMs: number, clock: Clock, draw: Draw): P {
  return new Proxy(port, {
    get: (_, name) => {
      const own = port[name as keyof P]
      if (typeof own !== 'function') return own
      return async (...given: unknown[]): Promise<unknown> => {
        await clock.sleep(draw(0, mostMs))
        const answer: unknown = await own.apply(port, given)
        await clock.sleep(draw(0, mostMs))
        return answer
      }
    },
  })
}
