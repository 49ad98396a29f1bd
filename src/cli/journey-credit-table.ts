// Credit of one conversion: rows are its candidates; columns the models in percent, or, of one
// model, its share, its money and the candidate's age.
import Table from 'cli-table3'
import { MODELS } from '../core/event.ts'
import type { Model } from '../core/event.ts'
import type {
  ConversionNode,
  CreditPart,
  JourneyGraph,
  ModelCredit,
} from '../core/graph/journey-graph.ts'
import { spanText } from '../core/graph/span-text.ts'
import type { Look } from './journey-table.ts'
import {
  conversionName,
  decimal,
  percent,
  plural,
  touchpointName,
  visible,
  wrapped,
} from './journey-words.ts'

const SHORT: Readonly<Record<Model, string>> = {
  first_touch: 'first\ntouch',
  last_touch: 'last\ntouch',
  last_non_direct: 'non-\ndirect',
  linear: 'linear',
  time_decay: 'time\ndecay',
  position_based: 'posi-\ntion',
  w_shaped: 'w-\nshaped',
  shapley: 'shap-\nley',
}
const SHARE_WIDTH = 8
/** What is left of 100 columns, each with its border. */
const NAME_WIDTH = 98 - MODELS.length * (SHARE_WIDTH + 1)
const WHY_WIDTH = 80

const indented = (why: string): string =>
  wrapped(visible(why), WHY_WIDTH).join(`\n${' '.repeat(18)}`)

export function creditTables(
  graph: JourneyGraph,
  conversion: ConversionNode,
  { colors }: Look,
): string {
  const { id, candidates, credits, unknown } = conversion
  const title = `${colors.bold(`Credit of ${id}`)}, ${conversionName(conversion)}`
  if (unknown !== '') return `${title}\n${colors.yellow(`cannot be told any more: ${unknown}`)}`
  if (candidates.length === 0) return `${title}\n(unattributed) in every model: ${credits[0]!.why}`
  if (candidates.length === 1 && credits.length > 1) return `${title}\n${credits[0]!.why}`
  const among = `among ${plural(candidates.length, 'candidate')}`
  const [only] = credits
  const table =
    credits.length === 1 ? oneModel(graph, conversion, only!) : allModels(graph, credits)
  const reasons = credits.map(({ model, why }) => `  ${model.padEnd(15)} ${indented(why)}`)
  return [`${title}, ${among}`, table, 'Why', ...reasons].join('\n')
}

function nameOf(graph: JourneyGraph, id: string): string {
  return `${id} ${touchpointName(graph.touchpoints.find((one) => one.id === id)!)}`
}

function allModels(graph: JourneyGraph, credits: readonly ModelCredit[]): string {
  const table = new Table({
    head: ['% of the\nconversion', ...credits.map(({ model }) => SHORT[model])],
    colWidths: [NAME_WIDTH, ...credits.map(() => SHARE_WIDTH)],
    colAligns: ['left', ...credits.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  credits[0]!.parts.forEach(({ to }, i) => {
    table.push([nameOf(graph, to), ...credits.map(({ parts }) => share(parts[i]!))])
  })
  return table.toString()
}

const share = ({ micro, hasWeight }: CreditPart): string => (hasWeight ? percent(micro) : '·')

function oneModel(graph: JourneyGraph, conversion: ConversionNode, credit: ModelCredit): string {
  const { currency, timeMs } = conversion
  const table = new Table({
    head: ['candidate', 'before it', '%', 'conversions', `net value ${currency}`.trimEnd()],
    colWidths: [41, 14, 8, 13, 18],
    colAligns: ['left', 'right', 'right', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  })
  for (const part of credit.parts) {
    const touchpoint = graph.touchpoints.find(({ id }) => id === part.to)!
    table.push([
      nameOf(graph, part.to),
      spanText(timeMs - touchpoint.firstTouchMs),
      share(part),
      (part.micro / 1_000_000).toFixed(6),
      decimal(part.netMinor, currency),
    ])
  }
  return table.toString()
}
