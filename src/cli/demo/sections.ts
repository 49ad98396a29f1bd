// The parts that the screen and the summary are made of, each some lines of text from the figures.
// Pure.
import type { createColors } from 'picocolors'
import { MODELS, OUTCOMES, type Model, type Outcome } from '../../core/event.ts'
import { axisLine, barLines, fitColumns } from './chart.ts'
import type { Figures, Show } from './figures.ts'
import { countText, decimalText, moneyText } from './number-text.ts'
import { tableLines } from './text-lines.ts'

export type Colors = ReturnType<typeof createColors>

const AXIS_MINUTES = 15

/** hh:mm of a time as SQL gives it. */
const clock = (time: string): string => time.slice(11, 16)

/** What the chart shows, with its highest minute. */
export function chartTitle({ minutes, currency, shows }: Figures, colors: Colors): string {
  const show = shows.at(-1)
  if (show === undefined) return colors.bold('No live show yet; the weeks before it pass quickly')
  const title = colors.bold(`${show.id}: GMV per minute`)
  const peak = minutes.reduce(
    (best, each) => (best === null || Number(each.gmv) > Number(best.gmv) ? each : best),
    minutes[0] ?? null,
  )
  if (peak === null || Number(peak.gmv) === 0) return title
  return `${title} in ${currency}, at most ${moneyText(peak.gmv, currency)} at ${clock(peak.minute)}`
}

/** Bars and an axis below them, `lines` + 1 in all. */
export function chartLines(
  { minutes }: Figures,
  { columns, lines, colors }: { columns: number; lines: number; colors: Colors },
): string[] {
  const { values, perColumn } = fitColumns(
    minutes.map(({ gmv }) => Number(gmv)),
    columns,
  )
  const marks = minutes
    .map(({ minute }, i) => ({ column: Math.floor(i / perColumn), text: `╵${clock(minute)}` }))
    .filter((_, i) => i % AXIS_MINUTES === 0)
    .filter(({ column, text }) => column + text.length <= columns)
  return [...barLines(values, lines).map(colors.green), colors.dim(axisLine(marks))]
}

export function viewersText({ viewers, comments }: Show, { minutes }: Figures): string {
  const most = Math.max(0, ...minutes.map((each) => each.viewers))
  return (
    `${countText(viewers)} viewers, at most ${countText(most)} in a minute, ` +
    `${countText(comments)} comments`
  )
}

export const ordersText = ({ orders, postLiveOrders }: Show): string =>
  `${countText(orders)} orders, ${countText(postLiveOrders)} more after the show`

/** One row per currency. */
export function ordersTable({ byCurrency }: Show, colors: Colors, columns?: number): string[] {
  const head = ['', 'orders', 'GMV', 'AOV', 'refunds', 'GMV after'].map(colors.dim)
  const rows = byCurrency.map(({ currency, orders, gmv, aov, refunds, postLiveGmv }) => [
    currency === '' ? 'no value' : currency,
    countText(orders),
    colors.bold(moneyText(gmv, currency)),
    aov === null ? '-' : moneyText(aov, currency),
    moneyText(refunds, currency),
    moneyText(postLiveGmv, currency),
  ])
  return tableLines([head, ...rows], columns)
}

/** One row per variant. */
export function variantsTable({ byVariant }: Show, colors: Colors, columns?: number): string[] {
  const head = ['', 'viewers', 'tag views', 'clicks', 'rate', 'orders'].map(colors.dim)
  const rows = byVariant.map((each) => [
    `variant ${each.variant}`,
    countText(each.viewers),
    countText(each.tagViews),
    countText(each.tagClicks),
    colors.bold(percentText(each.tagClickPercent)),
    countText(each.orders),
  ])
  return tableLines([head, ...rows], columns)
}

export const percentText = (percent: string | null): string =>
  percent === null ? '-' : `${decimalText(percent, 1)} %`

/** Column heads of the models, short enough for 80 columns. */
const MODEL_HEADS: Readonly<Record<Model, string>> = {
  first_touch: 'first',
  last_touch: 'last',
  last_non_direct: 'non-direct',
  linear: 'linear',
  time_decay: 'decay',
  position_based: 'position',
  w_shaped: 'w-shaped',
  shapley: 'shapley',
}

/** Rows are channels, columns models; the best channel of each model stands out. */
export function creditsTable(
  { credits }: Figures,
  options: { digits: number; colors: Colors; columns?: number },
): string[] {
  const { digits, colors, columns } = options
  const best = new Map(
    MODELS.map((model) => [
      model,
      Math.max(...credits.map(({ conversions }) => Number(conversions[model] ?? 0))),
    ]),
  )
  const cell = (model: Model, conversions = '0'): string => {
    const text = decimalText(conversions, digits)
    return Number(conversions) === best.get(model) ? colors.bold(colors.cyan(text)) : text
  }
  const heads = ['channel', ...MODELS.map((model) => MODEL_HEADS[model])].map(colors.dim)
  const rows = credits.map(({ channel, conversions }) => [
    channel,
    ...MODELS.map((model) => cell(model, conversions[model])),
  ])
  return tableLines([heads, ...rows], columns)
}

const USUAL_OUTCOMES: ReadonlySet<Outcome> = new Set(['applied', 'duplicate', 'late', 'rejected'])

/** `applied 48,145`, and so on for each usual outcome, and for others that occurred. */
export const outcomeItems = ({ outcomes }: Figures): string[] =>
  OUTCOMES.filter((outcome) => USUAL_OUTCOMES.has(outcome) || outcome in outcomes).map(
    (outcome) => `${outcome} ${countText(outcomes[outcome] ?? 0)}`,
  )

/** `invalid_json 30`, the most frequent reason first. */
export const reasonItems = ({ rejections }: Figures): string[] =>
  rejections.map(({ reason, records }) => `${reason} ${countText(records)}`)

/** The latest time in the ledger, to the minute: of the show while it runs, else the hour. */
export const streamTimeText = ({ records, streamHour, minutes }: Figures): string => {
  if (records === 0) return '-'
  const minute = minutes.at(-1)?.minute ?? ''
  return (minute > streamHour ? minute : streamHour).slice(0, 16)
}
