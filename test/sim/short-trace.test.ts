import { expect, it } from 'vitest'
import { shortTrace } from './short-trace.ts'

const at = (second: number, text: string): string => `  ${second}.000 s  ${text}`

it('what repeats itself is told once', () => {
  const poll = [1, 2, 3, 4].flatMap((s) => [at(s, 'read w0.1'), at(s, 'read-done w0.1')])
  const trace = [at(0, 'started'), ...poll, at(5, 'committed'), at(6, 'committed')]
  expect(shortTrace(trace)).toEqual([
    at(0, 'started'),
    at(1, 'read w0.1'),
    at(1, 'read-done w0.1'),
    '            … 3 times more the same',
    at(5, 'committed'),
    at(6, 'committed'),
  ])
})

it('of a long trace beginning and end are told', () => {
  const trace = Array.from({ length: 1_000 }, (_, i) => at(i, `step ${i}`))
  const short = shortTrace(trace)
  expect(short).toHaveLength(241)
  expect(short[0]).toBe(trace[0])
  expect(short[200]).toContain('760 lines more')
  expect(short.at(-1)).toBe(trace.at(-1))
})
