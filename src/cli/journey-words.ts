// Words that the formats of `journey` share: amounts, shares, names. Names come from producers, so
// they are shown with what could steer a terminal made visible.
import type {
  ConversionNode,
  CreditPart,
  JourneyGraph,
  ModelCredit,
  TouchpointNode,
} from '../core/graph/journey-graph.ts'
import { formatTime } from '../core/utc.ts'
import { currencyDigits } from '../schema/currencies.ts'

/** A decimal with all digits of the currency; without currency there is no amount but 0. */
export function decimal(minor: number, currency: string): string {
  const digits = Math.max(0, currencyDigits(currency))
  const text = String(Math.abs(minor)).padStart(digits + 1, '0')
  const sign = minor < 0 ? '-' : ''
  if (digits === 0) return sign + text
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`
}

export const money = (minor: number, currency: string): string =>
  currency === '' ? 'no value' : `${decimal(minor, currency)} ${currency}`

/** Percent of one conversion, to one digit: `33.3`, `100`. */
export function percent(micro: number): string {
  const tenths = Math.round(micro / 1000)
  return tenths % 10 === 0 ? String(tenths / 10) : (tenths / 10).toFixed(1)
}

/** Control characters and those that turn the direction of text, as escapes. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu

export const visible = (text: string): string =>
  text.replaceAll(STEERING, (c) => `\\u{${c.codePointAt(0)!.toString(16)}}`)

export const touchpointName = ({ channel, campaign }: TouchpointNode): string =>
  visible(campaign === '' ? channel : `${channel} / ${campaign}`)

export const time = (timeMs: number): string => formatTime(timeMs)

/** `view, tag_view×24`. */
export const actionsText = ({ actions }: TouchpointNode): string =>
  actions
    .map(({ action, count }) => visible(count === 1 ? action : `${action}×${count}`))
    .join(', ')

export const plural = (count: number, one: string): string =>
  `${count} ${count === 1 ? one : `${one}s`}`

/** `purchase of 59.90 EUR, 39.90 EUR after refunds`. */
export function conversionName(conversion: ConversionNode): string {
  const { goal, grossMinor, netMinor, refundedMinor, currency } = conversion
  if (currency === '') return visible(goal)
  const net = refundedMinor === 0 ? '' : `, ${money(netMinor, currency)} after refunds`
  return `${visible(goal)} of ${money(grossMinor, currency)}${net}`
}

/** What is to be said of a conversion beside its amounts, a line each. */
export function conversionRemarks(conversion: ConversionNode): string[] {
  const { events, liveEvent, variant, postLiveOf, campaign, quantity } = conversion
  const show = visible(variant === '' ? liveEvent : `${liveEvent}, variant ${variant}`)
  return [
    ...(quantity === 1 ? [] : [`quantity ${quantity}`]),
    ...(liveEvent === '' ? [] : [`in live event ${show}`]),
    ...(postLiveOf === '' ? [] : [`post-live order of ${visible(postLiveOf)}`]),
    ...(campaign === '' ? [] : [`campaign ${visible(campaign)}`]),
    ...(events.length === 1 ? [] : [mergedFrom(conversion)]),
  ]
}

function mergedFrom({ events }: ConversionNode): string {
  if (events.every(({ isValue, role }) => isValue && role !== 'filled in')) {
    return `told by ${events.map(({ source }) => source).join(', ')}`
  }
  const told = events.map(({ source, role, valueMinor, currency, isValue }) => {
    const amount = valueMinor < 0 ? 'no value' : money(valueMinor, currency)
    const marks = [...(role === 'filled in' ? ['fills in'] : []), ...(isValue ? ['counts'] : [])]
    return `${source} ${amount}${marks.length === 0 ? '' : ` (${marks.join(', ')})`}`
  })
  return `told by ${told.join(', ')}`
}

const PARTS_MAX = 5
/** Characters in a line of a box. */
const BOX_WIDTH = 32

/** `t1 40 %, t2 20 %, t4 40 %`; of many the largest, in time order. */
export function sharesText({ parts }: ModelCredit): string {
  const given = parts.filter(({ micro }) => micro > 0)
  const largest = new Set(given.toSorted((a, b) => b.micro - a.micro).slice(0, PARTS_MAX))
  const shown = given.filter((part) => largest.has(part))
  const more = given.length > PARTS_MAX ? ` and ${given.length - PARTS_MAX} more` : ''
  return shown.map(partText).join(', ') + more
}

export const partText = ({ to, micro }: CreditPart): string => `${to} ${percent(micro)} %`

/** Lines of at most `width` characters, unless a word is longer. */
export function wrapped(text: string, width: number): string[] {
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line === undefined || line.length + 1 + word.length > width) lines.push(word)
    else lines[lines.length - 1] = `${line} ${word}`
  }
  return lines
}

/** What a box of a picture says of a touchpoint and of a conversion. */
export const touchpointLines = (touchpoint: TouchpointNode): string[] => [
  `${touchpoint.id} ${touchpointName(touchpoint)}`,
  time(touchpoint.firstTouchMs),
  ...wrapped(actionsText(touchpoint), BOX_WIDTH),
]

export const conversionLines = (conversion: ConversionNode): string[] => [
  ...wrapped(`${conversion.id} ${conversionName(conversion)}`, BOX_WIDTH),
  time(conversion.timeMs),
  ...conversionRemarks(conversion).flatMap((remark) => wrapped(remark, BOX_WIDTH)),
]

export const forgottenText = ({ forgotten }: JourneyGraph): string[] =>
  forgotten.events === 0
    ? []
    : [
        `Forgotten: ${plural(forgotten.events, 'event')}, ${plural(forgotten.paths, 'path')},`,
        `none later than ${time(forgotten.untilMs)}`,
      ]
