// The demo's numbers as plain data, as they stand in the ledger: what the screen and the summary
// render. Counts are numbers; money and shares of conversions stay the decimal text that SQL gave.
import type { Model } from '../../core/event.ts'

export interface Figures {
  readonly records: number
  readonly purchases: number
  /** The hour that stream time has reached, `YYYY-MM-DD hh:mm:ss`. */
  readonly streamHour: string
  /** Records by outcome, without those that did not occur. */
  readonly outcomes: Readonly<Partial<Record<string, number>>>
  /** The most frequent reason first. */
  readonly rejections: readonly Rejection[]
  /** The currency of most purchases, '' before the first; minutes and credited values are in it. */
  readonly currency: string
  readonly conversions: readonly Conversions[]
  readonly paths: Paths
  /** By their first minute. */
  readonly shows: readonly Show[]
  /** Of the last show, from its first minute on. */
  readonly minutes: readonly Minute[]
  readonly credits: readonly ChannelCredit[]
}

export interface Rejection {
  readonly reason: string
  readonly records: number
}

export interface Conversions {
  /** '' for refunds that match no order. */
  readonly goal: string
  readonly currency: string
  readonly conversions: number
  readonly value: string
  readonly refunds: string
  readonly refundsUnmatched: number
}

export interface Paths {
  readonly touchpoints: number
  readonly converted: number
  readonly lapsed: number
  readonly open: number
}

export interface Show {
  readonly id: string
  /** First and last minute with product tags on screen. */
  readonly begin: string
  readonly end: string
  readonly viewers: number
  readonly comments: number
  readonly orders: number
  readonly postLiveOrders: number
  readonly byCurrency: readonly ShowOrders[]
  readonly byVariant: readonly ShowVariant[]
}

export interface ShowOrders {
  readonly currency: string
  readonly orders: number
  readonly gmv: string
  /** null without orders. */
  readonly aov: string | null
  readonly refunds: string
  readonly postLiveOrders: number
  readonly postLiveGmv: string
}

export interface ShowVariant {
  readonly variant: string
  readonly viewers: number
  readonly tagViews: number
  readonly tagClicks: number
  /** Clicks per 100 views; null without views. */
  readonly tagClickPercent: string | null
  readonly addToCarts: number
  readonly orders: number
}

export interface Minute {
  readonly minute: string
  readonly viewers: number
  readonly gmv: string
}

export interface ChannelCredit {
  readonly channel: string
  readonly conversions: Readonly<Partial<Record<Model, string>>>
  readonly value: Readonly<Partial<Record<Model, string>>>
}
