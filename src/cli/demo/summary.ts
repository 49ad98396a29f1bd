// What the demo leaves on stdout: a function of seed and number of events alone. No path, no
// speed, no time of day, no colour, no width of the terminal.
import pc from 'picocolors'
import type { Figures } from './figures.ts'
import { countText } from './number-text.ts'
import {
  chartLines,
  chartTitle,
  creditsTable,
  ordersTable,
  ordersText,
  outcomeItems,
  reasonItems,
  variantsTable,
  viewersText,
} from './sections.ts'
import { wrapItems } from './text-lines.ts'

const COLUMNS = 80
const CHART_LINES = 6
const PLAIN = pc.createColors(false)

export const summaryJson = (seed: number, figures: Figures): string =>
  `${JSON.stringify({ seed, ...figures })}\n`

export function summaryText(seed: number, figures: Figures): string {
  const blocks = [
    [`Seed ${seed}: ${countText(figures.records)} events`],
    outcomes(figures),
    live(figures),
    credits(figures),
    journeys(figures),
  ]
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`
}

function outcomes(figures: Figures): string[] {
  const reasons = wrapItems(reasonItems(figures), COLUMNS - 2)
  return [
    `Outcomes: ${outcomeItems(figures).join(' · ')}`,
    ...(reasons.length === 0 ? [] : ['Rejected:']),
    ...reasons.map((line) => `  ${line}`),
  ]
}

function live(figures: Figures): string[] {
  const show = figures.shows.at(-1)
  if (show === undefined) return []
  const chart = { columns: COLUMNS, lines: CHART_LINES, colors: PLAIN }
  return [
    chartTitle(figures, PLAIN),
    ...chartLines(figures, chart),
    viewersText(show, figures),
    ordersText(show),
    '',
    ...ordersTable(show, PLAIN),
    '',
    ...variantsTable(show, PLAIN),
  ]
}

function credits(figures: Figures): string[] {
  if (figures.purchases === 0) return []
  return [
    `Credit for ${countText(figures.purchases)} purchases by channel, in eight models`,
    ...creditsTable(figures, { digits: 1, colors: PLAIN, columns: COLUMNS }),
  ]
}

function journeys({ paths, conversions }: Figures): string[] {
  const { touchpoints, converted, lapsed, open } = paths
  const others = conversions
    .filter(({ goal }) => goal !== 'purchase' && goal !== '')
    .map(({ goal, conversions: count }) => `${goal} ${countText(count)}`)
  return [
    `Touchpoints: ${countText(touchpoints)}`,
    `Paths: ${countText(converted)} converted · ${countText(lapsed)} lapsed · ${countText(open)} open`,
    ...(others.length === 0 ? [] : [`Other goals: ${others.join(' · ')}`]),
  ]
}
