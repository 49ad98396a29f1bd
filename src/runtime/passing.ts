// A point of the protocol that is passed while a call is under way.
import type { Probe, ProbePoint } from '../ports/clock.ts'

/** The answer, once the probe has let go. */
export async function passing<T>(probe: Probe, point: ProbePoint, answer: Promise<T>): Promise<T> {
  // It is awaited only later, and may fail before.
  answer.catch(() => undefined)
  await probe.at(point)
  return answer
}
