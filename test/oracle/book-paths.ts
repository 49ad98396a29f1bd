// The tables `transitions` and `paths`: steps are observed at once and settled when their path has
// ended.
import { hashHex } from './log.ts'
import { book, formatDay } from './figures.ts'
import type { Figures } from './figures.ts'
import { closingConversion } from './paths.ts'
import type { Path } from './paths.ts'

const MINUTE_MS = 60_000

interface Step {
  readonly from: string
  readonly to: string
  readonly currency: string
  readonly delayMs: number
  readonly valueMinor: bigint
}

export function bookPaths(figures: Figures, paths: readonly Path[], userHash: string): void {
  for (const path of paths) {
    for (const step of stepsOf(path)) bookStep(figures, step, path.end !== 'open')
    if (path.end !== 'open') bookEndedPath(figures, path, userHash)
  }
}

/** The steps of a path so far; none for a last path without touchpoints. */
function stepsOf(path: Path): Step[] {
  const { touchpoints } = path
  const steps = touchpoints.map((touchpoint, i) => {
    const before = touchpoints[i - 1]
    const delayMs = before ? touchpoint.timeMs - before.timeMs : 0
    return stepFrom(before?.channel ?? '(start)', touchpoint.channel, { delayMs })
  })
  const last = touchpoints.at(-1)
  const conversion = closingConversion(path)
  if (conversion) {
    const delayMs = last ? conversion.event.timeMs - last.timeMs : 0
    const valueMinor = conversion.grossMinor - conversion.refundedMinor
    const { currency } = conversion
    steps.push(
      stepFrom(last?.channel ?? '(start)', '(conversion)', { currency, delayMs, valueMinor }),
    )
  }
  if (path.end === 'lapsed') steps.push(stepFrom(last!.channel, '(null)', {}))
  return steps
}

function stepFrom(from: string, to: string, rest: Partial<Step>): Step {
  return { from, to, currency: '', delayMs: 0, valueMinor: 0n, ...rest }
}

function bookStep(figures: Figures, { from, to, currency, ...rest }: Step, ended: boolean): void {
  const delayMinutes = BigInt(Math.floor(rest.delayMs / MINUTE_MS))
  book(figures, 'transitions', [from, to, currency], {
    observed: 1n,
    settled: ended ? 1n : 0n,
    delay_minutes: ended ? delayMinutes : 0n,
    value_minor: ended ? rest.valueMinor : 0n,
  })
}

function bookEndedPath(figures: Figures, path: Path, userHash: string): void {
  const conversion = closingConversion(path)
  const first = path.touchpoints[0]
  const startMs = first?.timeMs ?? conversion!.event.timeMs
  const dimensions = [
    path.touchpoints.map((t) => t.channel),
    path.touchpoints.map((t) => t.campaign),
    formatDay(startMs),
    foldOf(userHash),
    conversion?.currency ?? '',
  ]
  if (!conversion) {
    book(figures, 'paths', dimensions, { lapses: 1n })
    return
  }
  book(figures, 'paths', dimensions, {
    conversions: 1n,
    value_minor: conversion.grossMinor - conversion.refundedMinor,
    minutes_to_conversion: BigInt(Math.floor((conversion.event.timeMs - startMs) / MINUTE_MS)),
  })
}

/** The first 4 bytes of SHA-256(user_hash), big-endian, mod 10. */
export function foldOf(userHash: string): number {
  return Number.parseInt(hashHex(userHash, 4), 16) % 10
}
