// How the watch beside the worker sees services come and go. The questions are given here, so that
// each can be answered, refused or left open at will.
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { watchServices } from '../../src/cli/run-services.ts'
import type { ServiceName, ServiceWatch } from '../../src/cli/run-services.ts'

beforeEach(() => void vi.useFakeTimers())
let watch: ServiceWatch | undefined
afterEach(() => {
  watch?.stop()
  vi.useRealTimers()
})

const fine = async () => 'pong'

function start(questions: Partial<Record<ServiceName, () => Promise<unknown>>>) {
  const lines: string[] = []
  watch = watchServices(
    { kafka: fine, redis: fine, clickhouse: fine, ...questions },
    {
      log: (level, event, message, fields) => {
        lines.push(`${level} ${event} ${message} ${JSON.stringify(fields)}`)
      },
      everyMs: 3_000,
      timeoutMs: 2_000,
    },
  )
  const watched = watch
  return { lines, states: () => watched.states() }
}

it('logs a service once when it goes and once when it comes back', async () => {
  let isDown = true
  const redis = async () => {
    if (isDown) throw new Error('connection refused')
  }
  const { lines, states } = start({ redis })
  await vi.advanceTimersByTimeAsync(10_000)
  expect(states().redis).toEqual({ isUp: false, message: 'connection refused' })
  expect(states().kafka).toEqual({ isUp: true, message: '' })
  isDown = false
  await vi.advanceTimersByTimeAsync(10_000)
  expect(states().redis).toEqual({ isUp: true, message: '' })
  expect(lines).toEqual([
    'warn service_down connection refused {"service":"redis"}',
    'info service_up redis answers again {"service":"redis"}',
  ])
})

it('takes silence for an answer after a while, and asks nothing more until the silence ends', async () => {
  let asked = 0
  let answer: (text: string) => void = () => {}
  const kafka = () => {
    asked++
    return new Promise((resolve) => (answer = resolve))
  }
  const { lines, states } = start({ kafka })
  await vi.advanceTimersByTimeAsync(1_999)
  expect(states().kafka.isUp).toBe(true)
  await vi.advanceTimersByTimeAsync(60_000)
  expect(states().kafka).toEqual({ isUp: false, message: 'no answer within 2 s' })
  expect(asked).toBe(1)
  answer('late')
  await vi.advanceTimersByTimeAsync(0)
  expect(states().kafka.isUp).toBe(true)
  await vi.advanceTimersByTimeAsync(3_000)
  expect(asked).toBe(2)
  expect(lines).toHaveLength(2)
})

it('asks each service by itself: a silent one delays no other', async () => {
  const asked = vi.fn(fine)
  start({ kafka: () => new Promise(() => {}), clickhouse: asked })
  await vi.advanceTimersByTimeAsync(30_000)
  expect(asked.mock.calls.length).toBeGreaterThan(9)
})

it('asks and says nothing any more once it is stopped', async () => {
  const asked = vi.fn(async () => {
    throw new Error('gone')
  })
  const { lines } = start({ clickhouse: asked })
  watch?.stop()
  await vi.advanceTimersByTimeAsync(30_000)
  expect(asked).toHaveBeenCalledTimes(1)
  expect(lines).toEqual([])
})
