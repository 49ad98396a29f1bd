// Conversions as people ask for them: from which events they were merged, whose word counted, what
// was taken back; and the conversion events that make none.
import { POST_LIVE_MS } from '../anatomy.ts'
import { netMinor } from '../book-conversion.ts'
import { ACTION, CAMPAIGN, CURRENCY, LIVE, NO_VALUE, VARIANT } from '../dictionary.ts'
import { KIND_CONVERSION, MADE_BIT, NAMED_BIT, RANK_SHIFT, USED_BIT } from '../journey-layout.ts'
import { actionOf, highHalf, kindOf } from '../journey.ts'
import { currencyAt, extensionAt, hasValue, valueAt } from '../event-extension.ts'
import type { Group } from '../transaction-groups.ts'
import type { Conversion } from '../transactions.ts'
import { creditsOf } from './credits.ts'
import type { ConversionEvent, ConversionNode, SpareEvent } from './journey-graph.ts'
import type { Reading } from './reading.ts'
import { touchpointId } from './touchpoints.ts'

/** By rank, best first (pack-event.ts). */
const SOURCES = ['crm', 'checkout', 'pixel', 'other'] as const

export const conversionId = (number: number): string => `c${number + 1}`

export function conversionNodes(reading: Reading): ConversionNode[] {
  return reading.anatomy.conversions.map((_, number) => conversionNode(reading, number))
}

function conversionNode(reading: Reading, number: number): ConversionNode {
  const { anatomy, goals, dictionary } = reading
  const conversion = anatomy.conversions[number]!
  const basis = anatomy.bases[number]!
  const group = anatomy.groups.find(({ maker }) => maker === conversion.at)!
  const unknown = unknownOf(reading, number)
  const candidates: string[] = []
  for (let i = basis.from; i < basis.to; i++) candidates.push(touchpointId(i))
  return {
    id: conversionId(number),
    goal: goals.names[conversion.goal]!,
    closes: goals.closes[conversion.goal]!,
    timeMs: conversion.timeMs,
    grossMinor: conversion.grossMinor,
    refundedMinor: conversion.refundedMinor,
    netMinor: netMinor(conversion),
    currency: dictionary.name(CURRENCY, conversion.currency),
    quantity: conversion.quantity,
    campaign: dictionary.name(CAMPAIGN, campaignOf(reading, group)),
    liveEvent: dictionary.name(LIVE, conversion.live),
    variant: dictionary.name(VARIANT, conversion.variant),
    postLiveOf: dictionary.name(LIVE, basis.postLive),
    transaction: transactionText(group),
    events: group.members.map((at) => conversionEvent(reading, at, conversion)),
    candidates,
    credits: unknown === '' ? creditsOf(reading, number) : [],
    unknown,
  }
}

/** Why the numbers booked for the conversion cannot be told from what is held; '' if they can. */
function unknownOf({ anatomy, goals, settings, forgotten }: Reading, number: number): string {
  const conversion = anatomy.conversions[number]!
  const basis = anatomy.bases[number]!
  const { timeMs, live } = conversion
  if (conversion.isUsed) return 'part of its transaction has been forgotten: it was booked before'
  const mayReach = (lengthMs: number): boolean => timeMs - lengthMs <= forgotten.untilMs
  if (settings.creditScope === 'lookback' && forgotten.paths > 0 && mayReach(settings.lookbackMs)) {
    return 'touchpoints that it was credited to may have been forgotten'
  }
  const isOrder = conversion.goal === goals.order && live === NO_VALUE
  if (isOrder && basis.postLive === NO_VALUE && forgotten.events > 0 && mayReach(POST_LIVE_MS)) {
    return 'a live event seen before it may have been forgotten'
  }
  return ''
}

const flagsAt = ({ journey }: Reading, at: number): number =>
  journey.extensions[extensionAt(journey, at) + 3]!

function conversionEvent(reading: Reading, at: number, of: Conversion): ConversionEvent {
  const { journey, dictionary } = reading
  const flags = flagsAt(reading, at)
  const isNamed = (flags & (NAMED_BIT | USED_BIT)) !== 0
  const isValued = hasValue(journey, at)
  const valueMinor = isValued ? valueAt(journey, at) : -1
  const currency = currencyAt(journey, at)
  return {
    timeMs: journey.timeMs[at]!,
    source: SOURCES[(flags >>> RANK_SHIFT) & 3]!,
    role: at === of.at ? 'made' : isNamed ? 'copy' : 'filled in',
    valueMinor,
    currency: dictionary.name(CURRENCY, currency),
    isValue: isValued && valueMinor === of.grossMinor && currency === of.currency,
  }
}

/** From the earliest event that has one; those that only fill in are asked last. */
function campaignOf(reading: Reading, { members }: Group): number {
  const campaignAt = (at: number): number => highHalf(reading.journey.channelCampaign[at]!)
  const having = members.filter((at) => campaignAt(at) !== NO_VALUE)
  const named = having.find((at) => (flagsAt(reading, at) & NAMED_BIT) !== 0)
  const at = named ?? having[0]
  return at === undefined ? NO_VALUE : campaignAt(at)
}

function transactionText({ transactionHi, transactionLo }: Group): string {
  if (transactionHi === 0 && transactionLo === 0) return ''
  return [transactionHi, transactionLo]
    .map((word) => (word >>> 0).toString(16).padStart(8, '0'))
    .join('')
}

/** Conversion events that make no conversion and belong to none that is held. */
export function spareEvents(reading: Reading): SpareEvent[] {
  const { journey, anatomy, dictionary } = reading
  const fillIns = new Set(
    anatomy.groups.filter(({ maker }) => maker < 0).flatMap(({ members }) => members),
  )
  const spares: SpareEvent[] = []
  for (let at = 0; at < journey.count; at++) {
    if (kindOf(journey.kindAction[at]!) !== KIND_CONVERSION) continue
    const flags = flagsAt(reading, at)
    const isCounted = (flags & USED_BIT) !== 0 && (flags & MADE_BIT) === 0
    if (!isCounted && !fillIns.has(at)) continue
    spares.push({
      timeMs: journey.timeMs[at]!,
      action: dictionary.name(ACTION, actionOf(journey.kindAction[at]!)),
      why: isCounted
        ? 'belongs to a transaction whose front has been forgotten: it was counted before'
        : 'its source only fills in, and no source that makes conversions has told of it',
    })
  }
  return spares
}
