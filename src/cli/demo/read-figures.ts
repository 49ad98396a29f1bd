// Asks the ledger for every number of the demo and puts the answers into their places; no
// arithmetic.
import type { ClickHouse, QueryParams } from '../../adapters/clickhouse/connection.ts'
import type { Model } from '../../core/event.ts'
import type { ChannelCredit, Figures, Paths, Show } from './figures.ts'
import { QUERIES } from './queries.ts'

type Cell = string | number | null
type Query = keyof typeof QUERIES

/** Reads them all, one after the other. Throws TributaryError. */
export async function readFigures(db: ClickHouse): Promise<Figures> {
  const ask = (query: Query, params: QueryParams = {}) => db.rows<Cell[]>(QUERIES[query], params)
  const conversions = toConversions(await ask('conversions'))
  const { currency } = conversions
  const orders = await ask('orders')
  const variants = await ask('variants')
  const shows = (await ask('shows')).map((row) => toShow(row, orders, variants))
  const show = shows.at(-1)
  const minutes =
    show === undefined
      ? []
      : await ask('minutes', { currency, show: show.id, begin: show.begin, end: show.end })
  return {
    ...toIntake(await ask('intake')),
    streamHour: text((await ask('streamHour'))[0]?.[0]),
    ...conversions,
    paths: toPaths((await ask('paths'))[0] ?? []),
    shows,
    minutes: minutes.map(([minute, viewers, gmv]) => ({
      minute: text(minute),
      viewers: Number(viewers),
      gmv: text(gmv),
    })),
    credits: toCredits(await ask('credits', { currency })),
  }
}

const text = (cell: Cell | undefined): string => (cell ?? '').toString()

const textOrNull = (cell: Cell | undefined): string | null => (cell == null ? null : text(cell))

function toIntake(rows: readonly Cell[][]): Pick<Figures, 'records' | 'outcomes' | 'rejections'> {
  const at = (wanted: number) => rows.filter(([level]) => Number(level) === wanted)
  return {
    records: Number(at(3)[0]?.[3] ?? 0),
    outcomes: Object.fromEntries(
      at(1).map(([, outcome, , count]) => [text(outcome), Number(count)]),
    ),
    rejections: at(0)
      .filter(([, outcome]) => outcome === 'rejected')
      .map(([, , reason, count]) => ({ reason: text(reason), records: Number(count) })),
  }
}

/** Rows come with the most frequent currency of a goal first. */
function toConversions(
  rows: readonly Cell[][],
): Pick<Figures, 'purchases' | 'currency' | 'conversions'> {
  const isPurchase = ([, goal]: Cell[]) => goal === 'purchase'
  const byGoal = rows.filter(([level]) => Number(level) === 1)
  const byCurrency = rows.filter(([level]) => Number(level) === 0)
  const main = byCurrency.filter(isPurchase).find(([, , currency]) => currency !== '')
  return {
    purchases: Number(byGoal.find(isPurchase)?.[3] ?? 0),
    currency: text(main?.[2]),
    conversions: byCurrency.map(([, goal, currency, count, value, refunds, unmatched]) => ({
      goal: text(goal),
      currency: text(currency),
      conversions: Number(count),
      value: text(value),
      refunds: text(refunds),
      refundsUnmatched: Number(unmatched),
    })),
  }
}

function toPaths([touchpoints, converted, lapsed, open]: Cell[]): Paths {
  return {
    touchpoints: Number(touchpoints ?? 0),
    converted: Number(converted ?? 0),
    lapsed: Number(lapsed ?? 0),
    open: Number(open ?? 0),
  }
}

function toShow(row: Cell[], orders: readonly Cell[][], variants: readonly Cell[][]): Show {
  const [id, begin, end, viewers, comments, ordered, postLive] = row
  return {
    id: text(id),
    begin: text(begin),
    end: text(end),
    viewers: Number(viewers),
    comments: Number(comments),
    orders: Number(ordered),
    postLiveOrders: Number(postLive),
    byCurrency: orders.filter(([show]) => show === id).map(toShowOrders),
    byVariant: variants.filter(([show]) => show === id).map(toShowVariant),
  }
}

function toShowOrders([, currency, orders, gmv, aov, refunds, postLive, postLiveGmv]: Cell[]) {
  return {
    currency: text(currency),
    orders: Number(orders),
    gmv: text(gmv),
    aov: textOrNull(aov),
    refunds: text(refunds),
    postLiveOrders: Number(postLive),
    postLiveGmv: text(postLiveGmv),
  }
}

function toShowVariant([, variant, viewers, views, clicks, percent, carts, orders]: Cell[]) {
  return {
    variant: text(variant),
    viewers: Number(viewers),
    tagViews: Number(views),
    tagClicks: Number(clicks),
    tagClickPercent: textOrNull(percent),
    addToCarts: Number(carts),
    orders: Number(orders),
  }
}

/** Rows come by channel, so its models follow each other. */
function toCredits(rows: readonly Cell[][]): ChannelCredit[] {
  const channels = new Map<
    string,
    Record<'conversions' | 'value', Partial<Record<Model, string>>>
  >()
  for (const [channel, model, conversions, value] of rows) {
    const credit = channels.get(text(channel)) ?? { conversions: {}, value: {} }
    channels.set(text(channel), credit)
    credit.conversions[model as Model] = text(conversions)
    credit.value[model as Model] = text(value)
  }
  return [...channels].map(([channel, credit]) => ({ channel, ...credit }))
}
