// The whole screen as lines, from figures and the terminal's size. Pure. What is optional (blank
// lines, a taller chart, every reason) is given room in the order in which a watcher misses it; a
// terminal smaller than 80x24 loses what is at the end.
import type { Figures, Show } from './figures.ts'
import { countText, moneyText } from './number-text.ts'
import {
  chartLines,
  chartTitle,
  creditsTable,
  ordersTable,
  ordersText,
  outcomeItems,
  percentText,
  reasonItems,
  streamTimeText,
  variantsTable,
  viewersText,
  type Colors,
} from './sections.ts'
import {
  cutLine,
  fitItems,
  noteRight,
  padLine,
  sideBySide,
  tableLines,
  widthOf,
  wrapItems,
} from './text-lines.ts'

export interface Size {
  readonly columns: number
  readonly rows: number
}

export interface ScreenContext {
  readonly colors: Colors
  /** Records per second of late; null: not known yet. */
  readonly perSecond: number | null
  /** Records that the run ends with; null: it ends with Ctrl-C. */
  readonly goal: number | null
}

/** From these widths on the tables stand beside each other, and beside the chart. */
const TWO_TABLES_COLUMNS = 104
const BESIDE_COLUMNS = 134
/** From this height on there is room for tables below the chart. */
const TABLES_ROWS = 31
/** A show has about so many minutes. */
const CHART_COLUMNS = 78
const CHART_LINES_MIN = 3
const CHART_LINES_MAX = 12

/** At most `size.rows` lines of at most `size.columns` columns. */
export function screenLines(figures: Figures, size: Size, context: ScreenContext): string[] {
  const { columns, rows } = size
  const { colors } = context
  const isBeside = columns >= BESIDE_COLUMNS
  const show = isBeside ? [] : showLines(figures, size, colors)
  const credits = creditLines(figures, columns, colors)
  const chartMin = isBeside ? besideTables(figures, colors).length : CHART_LINES_MIN + 2
  const fixed = 1 + chartMin + show.length + credits.length + 2
  const room = share(rows - fixed, reasonLinesMax(figures, columns) - 1)
  const chart = chartBlock(figures, columns, { lines: chartMin - 2 + room.chart, colors })
  const live = isBeside
    ? sideBySide(chart, besideTables(figures, colors), CHART_COLUMNS)
    : [...chart, ...show]
  const outcomes = outcomeLines(figures, columns, { lines: 1 + room.reasons, colors })
  return [[headLine(figures, columns, context)], live, credits, outcomes]
    .flatMap((part, i) => (i > 3 - room.gaps ? ['', ...part] : part))
    .slice(0, rows)
    .map((line) => cutLine(line, columns))
}

/** What becomes of lines to spare, in the order in which they are missed. */
function share(spare: number, reasonsLeft: number) {
  const room = { gaps: 0, reasons: 0, chart: 0 }
  const wishes = [
    { kind: 'gaps', most: 1 },
    { kind: 'reasons', most: 1 },
    { kind: 'gaps', most: 2 },
    { kind: 'chart', most: 2 },
    { kind: 'reasons', most: Infinity },
    { kind: 'gaps', most: 3 },
    { kind: 'chart', most: CHART_LINES_MAX - CHART_LINES_MIN },
  ] as const
  let left = Math.max(0, spare)
  for (const { kind, most } of wishes) {
    const limit = kind === 'reasons' ? Math.min(most, reasonsLeft) : most
    const taken = Math.min(left, Math.max(0, limit - room[kind]))
    room[kind] += taken
    left -= taken
  }
  return room
}

/** In full where it fits, else shorter. */
function headLine(figures: Figures, columns: number, context: ScreenContext): string {
  const { colors, perSecond, goal } = context
  const name = colors.inverse(colors.bold(' tributary demo '))
  const time = streamTimeText(figures)
  const of = goal === null ? '' : ` of ${countText(goal)}`
  const events = `${countText(figures.records)}${of} events`
  const speed = perSecond === null ? [] : [countText(perSecond)]
  const long = [name, `${time} stream time`, events, ...speed.map((text) => `${text} events/s`)]
  const line = long.join('  ')
  return widthOf(line) <= columns
    ? noteRight(line, colors.dim('Ctrl-C ends'), columns)
    : [name, `stream ${time}`, events, ...speed.map((text) => `${text}/s`)].join('  ')
}

function chartBlock(
  figures: Figures,
  columns: number,
  { lines, colors }: { lines: number; colors: Colors },
): string[] {
  const width = Math.min(CHART_COLUMNS, columns)
  const title = noteRight(chartTitle(figures, colors), colors.dim('bi_live_minutes'), width)
  return [title, ...chartLines(figures, { columns: width, lines, colors })]
}

/** The tables of the last show, to stand beside its chart. */
function besideTables(figures: Figures, colors: Colors): string[] {
  const show = figures.shows.at(-1)
  if (show === undefined) return ['', '', '', '', '']
  return [
    viewersText(show, figures),
    ordersText(show),
    '',
    ...ordersTable(show, colors),
    '',
    ...variantsTable(show, colors),
  ]
}

/**
 * The numbers of the last show below its chart: as tables, or in four lines where room is scarce.
 */
function showLines(figures: Figures, { columns, rows }: Size, colors: Colors): string[] {
  const show = figures.shows.at(-1)
  if (show === undefined) return []
  if (rows < TABLES_ROWS) return compactLines(show, figures, colors)
  const orders = ordersTable(show, colors)
  const variants = variantsTable(show, colors)
  const isTwo = columns >= TWO_TABLES_COLUMNS
  const width = Math.max(...orders.map(widthOf))
  return [
    ...(isTwo
      ? [`${viewersText(show, figures)}, ${ordersText(show)}`]
      : [viewersText(show, figures), ordersText(show)]),
    ...(isTwo ? ['', ...sideBySide(orders, variants, width)] : [...orders, ...variants]),
  ]
}

/** For 24 rows. */
function compactLines(show: Show, figures: Figures, colors: Colors): string[] {
  const { byCurrency, byVariant } = show
  const money = (amount: string | null, currency: string): string =>
    amount === null ? '-' : `${currency} ${colors.bold(moneyText(amount, currency))}`
  const [gmv = '', aov = ''] = tableLines([
    ['GMV', ...byCurrency.map((each) => money(each.gmv, each.currency))],
    ['AOV', ...byCurrency.map((each) => money(each.aov, each.currency))],
  ])
  const clicks = byVariant.map(
    ({ variant, tagClickPercent, tagViews }) =>
      `${variant} ${colors.bold(percentText(tagClickPercent))} of ${countText(tagViews)} views`,
  )
  return [
    viewersText(show, figures),
    `${gmv}   ${countText(show.orders)} orders`,
    `${aov}   ${countText(show.postLiveOrders)} more after the show`,
    `tag clicks by variant: ${clicks.join('   ')}`,
  ]
}

function creditLines(figures: Figures, columns: number, colors: Colors): string[] {
  const title =
    `${colors.bold(`Credit for ${countText(figures.purchases)} purchases`)}, ` +
    'shared among the channels before each by eight models'
  const digits = figures.purchases < 1000 ? 1 : 0
  const table = creditsTable(figures, { digits, colors, columns })
  return [noteRight(title, colors.dim('bi_credits'), columns), ...table]
}

/** Before lines that belong together: `Outcomes  `. */
const LABEL_COLUMNS = 10

const reasonLinesMax = (figures: Figures, columns: number): number =>
  wrapItems(reasonItems(figures), columns - LABEL_COLUMNS).length

function outcomeLines(
  figures: Figures,
  columns: number,
  options: { lines: number; colors: Colors },
) {
  const { lines, colors } = options
  const label = (text: string): string => padLine(colors.bold(text), LABEL_COLUMNS)
  const reasons = fitItems(reasonItems(figures), columns - LABEL_COLUMNS, lines)
  return [
    label('Outcomes') + outcomeItems(figures).join(' · '),
    ...reasons.map((line, i) => label(i === 0 ? 'Rejected' : '') + line),
  ]
}
