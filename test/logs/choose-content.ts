// What a generated event says: channels, live events, transactions, money. Few values of each, so
// that runs of touches, copies of transactions and refunds meet each other.
import type { Settings } from '../../src/core/settings.ts'
import { goalOf } from '../oracle/journey-order.ts'
import type { LogEvent } from '../oracle/log.ts'
import { pick, pickWeighted } from './moves.ts'
import type { Move } from './moves.ts'

const CHANNELS: readonly (readonly [number, readonly [string, string]])[] = [
  [6, ['tiktok_ad', '']],
  [3, ['tiktok_ad', 'spring']],
  [4, ['ig_story', '']],
  [2, ['email', 'spring']],
  [3, ['(direct)', '']],
  [1, ['direct', '']],
  [2, ['search', 'brand']],
]

const TOUCH_ACTIONS = [
  'view',
  'view',
  'view',
  'pause',
  'comment',
  'tag_view',
  'tag_click',
  'add_to_cart',
  'swipe_up',
  'ar_try_on',
]
const CURRENCIES = ['USD', 'JPY', 'KWD'] as const
const SOURCES = ['', 'pixel', 'checkout', 'crm', 'pos'] as const
const AMOUNTS = [9999, 10_000, 10_001, 1, 0, 7, 3, 1_234_567, 100, 1_000_000_000_000_000]

/** Everything of an event but its id, person and time. */
export type Content = Omit<LogEvent, 'eventId' | 'userHash' | 'timeMs'>

/**
 * Channel and campaign; every third time those of the person's event before, so that touches form
 * runs.
 */
function chooseOrigin(
  move: Move,
  { manyValues, previous }: ContentContext,
): readonly [string, string] {
  const number = Math.floor(move.where / 3)
  if (previous && move.where % 3 === 2) return [previous.channel, previous.campaign]
  if (!manyValues) return pickWeighted(CHANNELS, number)
  return [`channel-${number % 40}`, `campaign-${Math.floor(number / 40) % 40}`]
}

export interface ContentContext {
  /** Channels and campaigns of 40 values each, to reach a small cap on dimensions. */
  readonly manyValues: boolean
  readonly previous: LogEvent | undefined
}

export function chooseContent(action: string, move: Move, context: ContentContext): Content {
  const [channel, campaign] = chooseOrigin(move, context)
  const live = pickWeighted(
    [
      [6, ['', '']],
      [2, ['live-1', 'A']],
      [2, ['live-1', 'B']],
      [1, ['live-1', '']],
      [1, ['live-2', 'A']],
      [1, ['live-3', '']],
      [1, ['', 'B']],
    ] as const,
    Math.floor(move.about / 10),
  )
  return {
    channel,
    campaign,
    action,
    liveEvent: live[0],
    variant: live[1],
    source: pick(SOURCES, move.sale),
    transactionId: '',
    valueMinor: -1,
    currency: '',
    quantity: pick([-1, -1, 1, 2, 7], move.sale),
  }
}

export function chooseTouchAction(move: Move): string {
  return pick(TOUCH_ACTIONS, move.about)
}

/** Copies of one transaction mostly agree on the currency and mostly not on the value. */
export function chooseConversion(
  move: Move,
  context: { userHash: string; action: string; settings: Settings },
): Pick<LogEvent, 'transactionId' | 'valueMinor' | 'currency'> {
  const { userHash, action, settings } = context
  const goal = goalOf(action, settings)
  // Refunds do not say which goal they mean: ids of two closing goals are kept apart.
  const prefix = goal?.closes && goal.name !== 'purchase' ? `${goal.name}-` : ''
  const number = Math.floor(move.sale / 5)
  const owner = number % 13 === 12 ? 'anyone' : userHash
  const transactionId = number % 5 === 4 ? '' : `${prefix}order-${owner}-${number % 3}`
  const valueMinor = move.money % 6 === 5 ? -1 : pick(AMOUNTS, Math.floor(move.money / 6))
  const usual = number % 3
  const currency = CURRENCIES[(move.money % 11 === 10 ? usual + 1 : usual) % CURRENCIES.length]!
  return { transactionId, valueMinor, currency: valueMinor < 0 ? '' : currency }
}

/**
 * A refund of an earlier conversion of the person, if there is one, mostly in its currency and
 * window.
 */
export function chooseRefund(
  move: Move,
  order: LogEvent | undefined,
): Pick<LogEvent, 'transactionId' | 'valueMinor' | 'currency'> {
  const value = order && order.valueMinor > 0 ? order.valueMinor : 500
  const style = pickWeighted(
    [
      [6, [Math.ceil(value / 3), 'same']],
      [2, [value, 'same']],
      [2, [-1, 'none']],
      [1, [-1, 'same']],
      [1, [value + 1, 'same']],
      [1, [value, 'other']],
      [1, [-1, 'other']],
      [1, [0, 'same']],
      [1, [1, 'same']],
    ] as const,
    move.money,
  )
  const same = order && order.currency !== '' ? order.currency : 'USD'
  const currency = { same, other: same === 'JPY' ? 'KWD' : 'JPY', none: '' }[style[1]]
  const transactionId = move.sale % 17 === 16 ? '' : (order?.transactionId ?? 'order-unknown')
  return { transactionId, valueMinor: style[0], currency }
}
