// The journey graph for a terminal of 100 columns: a time line per path, then for each conversion
// the credit of the models side by side, and why.
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types.js'
import type { ConversionNode, JourneyGraph } from '../core/graph/journey-graph.ts'
import { spanText } from '../core/graph/span-text.ts'
import { creditTables } from './journey-credit-table.ts'
import {
  actionsText,
  conversionName,
  conversionRemarks,
  money,
  plural,
  time,
  touchpointName,
  visible,
  wrapped,
} from './journey-words.ts'

export interface Look {
  readonly colors: Colors
}

export function journeyTable(graph: JourneyGraph, userHash: string, look: Look): string {
  const blocks = [
    heading(graph, userHash, look),
    ...graph.paths.map((_, number) => pathBlock(graph, number, look)),
    asideBlock(graph, look),
    graph.conversions.length === 0 ? '' : `${look.colors.bold('Credit')} ${graph.candidateRule}`,
    ...graph.conversions.map((conversion) => creditTables(graph, conversion, look)),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function heading(graph: JourneyGraph, userHash: string, { colors }: Look): string {
  const { forgotten, touchpoints, conversions, paths } = graph
  const of = (end: string) => paths.filter((path) => path.end === end).length
  const ends = ['converted', 'lapsed', 'open']
    .filter((end) => of(end) > 0)
    .map((end) => `${of(end)} ${end}`)
  const pathText = `${plural(paths.length, 'path')}${paths.length === 0 ? '' : ` (${ends.join(', ')})`}`
  const past =
    forgotten.events === 0
      ? 'Nothing of it has been forgotten.'
      : `Forgotten: ${plural(forgotten.events, 'event')} with ${plural(forgotten.paths, 'path')}, ` +
        `none later than ${time(forgotten.untilMs)}:\n` +
        'too old to change a number; those booked for them stay in the ledger.'
  return [
    `${colors.bold('Journey of')} ${visible(userHash)}`,
    `as of ${time(graph.streamTimeMs)} UTC (stream time; all times are UTC)`,
    `${plural(touchpoints.length, 'touchpoint')} and ${plural(conversions.length, 'conversion')} in ${pathText}`,
    forgotten.events === 0 ? past : colors.yellow(past),
  ].join('\n')
}

function pathBlock(graph: JourneyGraph, number: number, look: Look): string {
  const { colors } = look
  const path = graph.paths[number]!
  const paint = { converted: colors.green, lapsed: colors.yellow, open: colors.cyan }[path.end]
  const title = `${colors.bold(`Path ${number + 1}`)} ${paint(path.end)}: ${path.why}`
  return `${title}\n${timeline(graph, path.nodes, look)}`
}

/** Rows of touchpoints and conversions, in the order given. */
function timeline(graph: JourneyGraph, nodes: readonly string[], { colors }: Look): string {
  const table = new Table({
    head: ['', 'time', 'what', 'touches', 'delay'],
    colWidths: [5, 21, 32, 23, 13],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  const delays = new Map(graph.steps.map(({ to, delayMs }) => [to, spanText(delayMs)]))
  for (const id of nodes) {
    const after = delays.get(id) ?? ''
    const touchpoint = graph.touchpoints.find((one) => one.id === id)
    const conversion = graph.conversions.find((one) => one.id === id)
    if (touchpoint !== undefined) {
      const { firstTouchMs, liveEvents } = touchpoint
      const live = liveEvents.map((name) => `live event ${visible(name)}`)
      const what = [touchpointName(touchpoint), ...live].join('\n')
      const touches = actionsText(touchpoint)
      table.push([id, time(firstTouchMs), what, touches, after])
    } else if (conversion !== undefined) {
      const what = { content: conversionText(graph, conversion, colors), colSpan: 2 }
      table.push([colors.green(id), time(conversion.timeMs), what, after])
    }
  }
  return table.toString()
}

function conversionText(graph: JourneyGraph, conversion: ConversionNode, colors: Colors): string {
  const refunds = graph.refunds
    .filter(({ of }) => of === conversion.id)
    .map(({ timeMs, takenMinor, why }) => {
      const reason = why === '' ? '' : ` (${why})`
      return `refund on ${time(timeMs)}: ${money(takenMinor, conversion.currency)}${reason}`
    })
  return [
    colors.green(conversionName(conversion)),
    ...conversionRemarks(conversion),
    ...refunds,
  ].join('\n')
}

/** What is in no path, and what made no number. */
function asideBlock(graph: JourneyGraph, look: Look): string {
  const inPaths = new Set(graph.paths.flatMap(({ nodes }) => nodes))
  const outside = graph.conversions.filter(({ id }) => !inPaths.has(id)).map(({ id }) => id)
  const lines = [
    ...(outside.length === 0 ? [] : ['In no path:', timeline(graph, outside, look)]),
    ...graph.refunds
      .filter(({ of }) => of === '')
      .map(({ timeMs, valueMinor, currency, why }) => {
        const amount = valueMinor < 0 ? 'of everything' : `of ${money(valueMinor, currency)}`
        return remark(timeMs, `refund ${amount} that matches nothing: ${why}`)
      }),
    ...graph.spares.map(({ timeMs, action, why }) =>
      remark(timeMs, `${visible(action)} that is not counted: ${why}`),
    ),
    ...(graph.otherEvents === 0
      ? []
      : [`${plural(graph.otherEvents, 'other event')} (such as heartbeats) make no touchpoint.`]),
  ]
  return lines.join('\n')
}

/** A remark beside its time, in lines that fit. */
const remark = (timeMs: number, text: string): string =>
  `${time(timeMs)}  ${wrapped(text, 79).join(`\n${' '.repeat(21)}`)}`
