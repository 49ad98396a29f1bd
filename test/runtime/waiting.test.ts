// Waiting that ends, on the clock of a real process.
import { expect, it } from 'vitest'
import { systemClock } from '../../src/adapters/process/system.ts'
import { OVER, unlessAborted, within } from '../../src/runtime/waiting.ts'

const never = new Promise<never>(() => undefined)
const LONG_MS = 3_600_000

it('an answer, or a failure, comes through as it is', async () => {
  const { signal } = new AbortController()
  const failure = new Error('no')
  expect(await within(systemClock, LONG_MS, Promise.resolve(7))).toBe(7)
  expect(await unlessAborted(Promise.resolve(7), signal)).toBe(7)
  await expect(within(systemClock, LONG_MS, Promise.reject(failure))).rejects.toBe(failure)
  await expect(unlessAborted(Promise.reject(failure), signal)).rejects.toBe(failure)
})

it('what does not come in its time is null', async () => {
  expect(await within(systemClock, 1, never)).toBeNull()
})

it('what is not wanted any more is null, now or later', async () => {
  const life = new AbortController()
  const waiting = unlessAborted(never, life.signal)
  life.abort(OVER)
  expect(await waiting).toBeNull()
  expect(await unlessAborted(never, life.signal)).toBeNull()
})

it('time that is given back never runs out', async () => {
  const rung: string[] = []
  const cancel = systemClock.after(1, () => rung.push('given back'))
  systemClock.after(2, () => rung.push('kept'))
  cancel()
  await systemClock.sleep(20)
  expect(rung).toEqual(['kept'])
})
