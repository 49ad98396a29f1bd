// Why a model gave what it gave: the rule of `credit.ts` that applied, in a clause that names the
// candidates it applied to.
import type { Candidates, Shares } from '../credit.ts'
import { CHANNEL } from '../dictionary.ts'
import type { Dictionary } from '../dictionary.ts'
import type { Model } from '../event.ts'
import { lowHalf } from '../journey.ts'
import { formatTime } from '../utc.ts'
import { spanText } from './span-text.ts'

export interface ReasonBasis extends Candidates {
  readonly ids: readonly string[]
  /** Time of the lead that gives the key touch; without meaning where there is none. */
  readonly leadMs: number
  readonly halfLifeMs: number
  readonly isDirect: (channel: number) => boolean
  readonly dictionary: Dictionary
}

/** Names listed before the rest is only counted. */
const LISTED_MAX = 4
/** Divided in the proportions of the weights, fine enough to read a weight from its part. */
const FINE = 1_000_000_000_000

export function reasonOf(model: Model, basis: ReasonBasis, shares: Shares): string {
  if (basis.ids.length === 1) return `all to ${basis.ids[0]!} in every model: the only candidate`
  const count = basis.ids.length
  const first = basis.ids[0]!
  const last = basis.ids[count - 1]!
  switch (model) {
    case 'first_touch':
      return `all to ${first}, the first of ${count} candidates`
    case 'last_touch':
      return `all to ${last}, the last of ${count} candidates`
    case 'last_non_direct':
      return lastNonDirect(basis, last)
    case 'linear':
      return `equally to ${count} candidates`
    case 'time_decay':
      return timeDecay(basis, shares)
    case 'position_based':
      return positionBased(basis)
    case 'w_shaped':
      if (basis.lead < 0) return `no lead on its path, so by position: ${positionBased(basis)}`
      return wShaped(basis)
    case 'shapley':
      return shapley(basis)
  }
}

function lastNonDirect({ ids, touchpoints, isDirect }: ReasonBasis, last: string): string {
  const place = touchpoints.findLastIndex((key) => !isDirect(lowHalf(key)))
  if (place < 0) return `all candidates are direct: all to ${last}, the last`
  if (place === ids.length - 1) return `all to ${last}, the last, which is not direct`
  return `all to ${ids[place]!}, the last that is not direct`
}

function timeDecay({ ids, timesMs, halfLifeMs }: ReasonBasis, shares: Shares): string {
  const rule = `half the weight per ${spanText(halfLifeMs)} before ${ids.at(-1)!}`
  const parts = shares.split(FINE)
  const newest = parts.at(-1)!
  const weights = ids.slice(0, -1).map((id, i) => {
    const percent = Math.floor((parts[i]! * 200 + newest) / (2 * newest))
    return `${id} is ${spanText(timesMs.at(-1)! - timesMs[i]!)} older and weighs ${percent} %`
  })
  const shown = weights.length > 2 ? [weights[0]!, '…', weights.at(-1)!] : weights
  return `${rule}: ${shown.join(', ')}`
}

function positionBased({ ids }: ReasonBasis): string {
  const first = ids[0]!
  const last = ids.at(-1)!
  if (ids.length === 2) return `half to ${first}, half to ${last}`
  const middle = ids.length - 2
  const rest = middle === 1 ? `20 % ${ids[1]!}` : `20 % shared by ${middle}`
  return `40 % ${first}, ${rest}, 40 % ${last}`
}

function wShaped({ ids, lead, leadMs }: ReasonBasis): string {
  const first = ids[0]!
  const last = ids.at(-1)!
  const key = ids[lead]!
  const keys = new Set([first, key, last]).size
  const rest = ids.length - keys
  const said = `lead at ${formatTime(leadMs)} counts for ${key}`
  if (keys === 2) {
    const [twice, once] = key === first ? [first, last] : [last, first]
    if (rest === 0) return `${said}: two thirds ${twice}, one third ${once}`
    return `${said}: 60 % ${twice}, 30 % ${once}, ${restOf(ids, rest, lead)}`
  }
  if (rest === 0) return `${said}: a third each to ${first}, ${key}, ${last}`
  return `${said}: 30 % each ${first}, ${key}, ${last}, ${restOf(ids, rest, lead)}`
}

function restOf(ids: readonly string[], rest: number, lead: number): string {
  if (rest > 1) return `10 % shared by ${rest}`
  const place = ids.findIndex((_, i) => i > 0 && i < ids.length - 1 && i !== lead)
  return `10 % ${ids[place]!}`
}

function shapley({ touchpoints, dictionary }: ReasonBasis): string {
  const channels = [...new Set(touchpoints.map(lowHalf))]
  const names = channels.slice(0, LISTED_MAX).map((channel) => dictionary.name(CHANNEL, channel))
  if (channels.length === 1) return `one channel, ${names[0]!}: equally to its candidates`
  const more = channels.length > LISTED_MAX ? ` and ${channels.length - LISTED_MAX} more` : ''
  const within = channels.length < touchpoints.length ? ', then equally within each' : ''
  return `equally to ${channels.length} channels (${names.join(', ')}${more})${within}`
}
