// The light AbortController beside Node's: the same calls, and whole runs, come out alike.
import { afterEach, describe, expect, it } from 'vitest'
import { LightAbortController, abortLightly } from './light-abort.ts'
import { planOf } from './plan.ts'
import { runPlan } from './run-plan.ts'

const Native = globalThis.AbortController
afterEach(() => {
  globalThis.AbortController = Native
})

type Controller = AbortController | LightAbortController

/** What listeners see of an abort, in order. */
function seenOf({ signal, abort }: { signal: AbortSignal; abort: (why?: unknown) => void }) {
  const seen: unknown[] = [signal.aborted]
  const removed = (): void => void seen.push('removed before')
  const second = (): void => void seen.push('removed by the one before it')
  signal.addEventListener('abort', removed)
  signal.addEventListener('abort', ({ type }) => {
    seen.push(type, signal.aborted, String(signal.reason))
    signal.removeEventListener('abort', second)
    signal.addEventListener('abort', () => seen.push('added meanwhile'))
  })
  signal.addEventListener('abort', second)
  signal.addEventListener('abort', () => seen.push('last'), { once: true })
  signal.removeEventListener('abort', removed)
  abort()
  abort('again')
  seen.push(String(signal.reason))
  expect(() => signal.throwIfAborted()).toThrow('This operation was aborted')
  return seen
}

const partsOf = (controller: Controller) => ({
  signal: controller.signal as AbortSignal,
  abort: (why?: unknown) => controller.abort(why),
})

describe('the light AbortController', () => {
  it('tells listeners what Node tells them, in the same order', () => {
    const seen = seenOf(partsOf(new LightAbortController()))
    expect(seen).toEqual(seenOf(partsOf(new Native())))
    expect(seen).toContain('last')
  })

  it('keeps the reason it is given', () => {
    const controller = new LightAbortController()
    controller.abort('over')
    expect(controller.signal).toMatchObject({ aborted: true, reason: 'over' })
  })

  it('changes nothing in a run', async () => {
    for (let seed = 1; seed <= 40; seed++) {
      const { hash } = await runPlan(planOf(seed))
      abortLightly()
      const light = await runPlan(planOf(seed))
      globalThis.AbortController = Native
      expect(light.hash, `seed ${seed}`).toBe(hash)
    }
  }, 60_000)
})
