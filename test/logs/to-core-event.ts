// A log's event as the core receives it: ids hashed by node:crypto, independently of `src/schema`.
import { hash } from 'node:crypto'
import type { CoreEvent } from '../../src/core/event.ts'
import type { LogEvent } from '../oracle/log.ts'

/** The first `count` signed big-endian 32-bit words of the SHA-256 of a string. */
function hashWords(text: string, count: number): number[] {
  const bytes = hash('sha256', text, 'buffer')
  return Array.from({ length: count }, (_, i) => bytes.readInt32BE(i * 4))
}

/** Logs are run more than once: half of a run would go into hashing. */
const converted = new WeakMap<LogEvent, CoreEvent>()

export function toCoreEvent(event: LogEvent): CoreEvent {
  const known = converted.get(event)
  if (known !== undefined) return known
  const made = convert(event)
  converted.set(event, made)
  return made
}

function convert(event: LogEvent): CoreEvent {
  const { eventId, userHash, transactionId, ...same } = event
  const [idHi, idLo] = hashWords(eventId, 2) as [number, number]
  const person = hashWords(userHash, 4) as [number, number, number, number]
  const [transactionHi, transactionLo] =
    transactionId === '' ? [0, 0] : (hashWords(transactionId, 2) as [number, number])
  return {
    ...same,
    idHi,
    idLo,
    person0: person[0],
    person1: person[1],
    person2: person[2],
    person3: person[3],
    transactionHi,
    transactionLo,
  }
}
