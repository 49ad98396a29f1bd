// The tables `credits` and `conversions`: every conversion's candidates, split by every model.
import { MODELS } from '../../src/core/event.ts'
import type { Model } from '../../src/core/event.ts'
import type { Settings } from '../../src/core/settings.ts'
import type { Conversion, Sales } from './conversions.ts'
import { book, formatHour } from './figures.ts'
import type { Figures } from './figures.ts'
import type { Path, Touchpoint } from './paths.ts'
import { splitByModel, weightsOf } from './weights.ts'

const MICRO = 1_000_000n

export function bookCredits(figures: Figures, paths: readonly Path[], settings: Settings): void {
  for (const path of paths) {
    for (const conversion of path.conversions) {
      const touchpoints = candidatesOf(conversion, path, paths, settings)
      bookConversion(figures, conversion, touchpoints.length > 0)
      const leadIndex = leadIndexOf(conversion, path, touchpoints)
      for (const model of MODELS) {
        if (touchpoints.length === 0) bookUnattributed(figures, conversion, model)
        else bookModel(figures, { conversion, model, touchpoints, leadIndex, settings })
      }
    }
  }
}

export function bookUnmatchedRefunds(figures: Figures, sales: Sales): void {
  for (const refund of sales.unmatchedRefunds) {
    const dimensions = ['', refund.currency, formatHour(refund.timeMs)]
    book(figures, 'conversions', dimensions, { refund_unmatched: 1n })
  }
}

/**
 * Touchpoints whose first touch lies in [c − lookback, c]; of the whole journey, or of the path
 * only.
 */
export function candidatesOf(
  conversion: Conversion,
  path: Path,
  paths: readonly Path[],
  settings: Settings,
): Touchpoint[] {
  const own = settings.creditScope === 'path' ? [path] : paths
  const atMs = conversion.event.timeMs
  return own
    .flatMap((p) => p.touchpoints)
    .filter((t) => t.timeMs <= atMs && t.timeMs >= atMs - settings.lookbackMs)
}

/**
 * The lead's key touch: the last candidate at or before the first non-closing `lead` of the
 * conversion's path, up to and including the conversion itself, that has a candidate at or before
 * it; -1: none.
 */
export function leadIndexOf(
  conversion: Conversion,
  path: Path,
  candidates: readonly Touchpoint[],
): number {
  const soFar = path.conversions.slice(0, path.conversions.indexOf(conversion) + 1)
  const leads = soFar.filter((c) => c.goal.name === 'lead' && !c.goal.closes)
  for (const lead of leads) {
    const index = candidates.findLastIndex((t) => t.timeMs <= lead.event.timeMs)
    if (index !== -1) return index
  }
  return -1
}

function bookConversion(figures: Figures, conversion: Conversion, attributed: boolean): void {
  const { goal, currency, event, grossMinor, refundedMinor } = conversion
  book(figures, 'conversions', [goal.name, currency, formatHour(event.timeMs)], {
    count: 1n,
    value_minor: grossMinor - refundedMinor,
    attributed: attributed ? 1n : 0n,
    refund_minor: refundedMinor,
  })
}

function creditDimensions(conversion: Conversion, model: Model, channel: string, campaign: string) {
  const { goal, currency, event } = conversion
  return [goal.name, model, channel, campaign, currency, formatHour(event.timeMs)]
}

function bookUnattributed(figures: Figures, conversion: Conversion, model: Model): void {
  book(figures, 'credits', creditDimensions(conversion, model, '(unattributed)', ''), {
    conversions_micro: MICRO,
    value_minor: conversion.grossMinor - conversion.refundedMinor,
    refund_minor: conversion.refundedMinor,
  })
}

interface Credit {
  readonly conversion: Conversion
  readonly model: Model
  readonly touchpoints: readonly Touchpoint[]
  readonly leadIndex: number
  readonly settings: Settings
}

function bookModel(figures: Figures, { conversion, model, settings, ...candidates }: Credit): void {
  const split = (amount: bigint) => splitByModel(model, amount, candidates, settings)
  const weights = weightsOf(model, candidates, settings)
  const micro = split(MICRO)
  const gross = split(conversion.grossMinor)
  const { refundedMinor } = conversion
  const net = refundedMinor === 0n ? gross : split(conversion.grossMinor - refundedMinor)
  candidates.touchpoints.forEach(({ channel, campaign }, i) => {
    book(figures, 'credits', creditDimensions(conversion, model, channel, campaign), {
      conversions_micro: micro[i]!,
      value_minor: net[i]!,
      refund_minor: gross[i]! - net[i]!,
      touchpoints: weights[i]! > 0n ? 1n : 0n,
    })
  })
}
