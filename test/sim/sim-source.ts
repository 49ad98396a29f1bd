// What a process sees of the topic and its group: the port of the runtime, over the network.
import type { AssignmentHandler, LogRead, RecordSource } from '../../src/ports/record-source.ts'
import type { Draw } from '../logs/moves.ts'
import type { Network } from './network.ts'
import type { CallName } from './plan.ts'
import type { SimClock } from './sim-clock.ts'
import type { SimGroup } from './sim-group.ts'
import { TOPIC } from './sim-log.ts'
import type { SimLog } from './sim-log.ts'
import type { SimProcess } from './sim-process.ts'

/** How long a read waits where the log has ended. */
const READ_WAIT_MS = 3_000

export interface SourceOptions {
  readonly process: SimProcess
  readonly group: string
  readonly log: SimLog
  readonly members: SimGroup
  readonly network: Network
  readonly clock: SimClock
  readonly draw: Draw
  readonly readMax: number
}

export function createSource(options: SourceOptions): RecordSource {
  const { process, group, log, members, network } = options
  const call = <T>(name: CallName, effect: () => T): Promise<T> =>
    network.call(process, name, async () => effect())
  return {
    topic: TOPIC,
    group,
    start: (handler: AssignmentHandler) => {
      members.join(process, handler)
      return Promise.resolve()
    },
    stop: () => call('kafka.ask', () => members.leave(process)),
    facts: () => call('kafka.ask', () => log.facts()),
    bounds: (partition) => call('kafka.ask', () => log.log.bounds(partition)),
    end: (partition) => call('kafka.ask', () => log.log.bounds(partition).high),
    noted: (partition) =>
      call('kafka.ask', () => {
        const next = members.noted.get(partition) ?? null
        process.told.set(partition, next)
        return next
      }),
    read: (partition, from) =>
      network.call(process, 'kafka.read', (fault) => {
        const jump = fault?.kind === 'jumped' ? fault.offsets : 0
        return read(options, partition, from, jump)
      }),
    readAt: (partition, offset) => call('kafka.ask', () => log.log.readAt(partition, offset)),
    note: (partition, next) => call('kafka.note', () => members.note(process, partition, next)),
  }
}

/** `jump`: a client that has lost its place answers from so many offsets later. */
async function read(
  options: SourceOptions,
  partition: number,
  from: number,
  jump: number,
): Promise<LogRead> {
  const { log, clock, draw, readMax } = options
  if (log.log.bounds(partition).high === from) {
    await new Promise<void>((resolve) => {
      const forget = log.onWrite(() => {
        timer.run = null
        resolve()
      })
      const timer = clock.after(READ_WAIT_MS, () => {
        forget()
        resolve()
      })
    })
  }
  const { high } = log.log.bounds(partition)
  const at = from < high ? Math.min(from + jump, high - 1) : from
  return log.read(partition, at, draw(1, readMax))
}
