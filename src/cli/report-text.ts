// A report as a table for a terminal, as CSV and as JSON. CSV and JSON give every digit; the table
// rounds conversions to two and money to those of its currency, by their text.
import Table from 'cli-table3'
import type { Colors } from 'picocolors/types.js'
import type { Model } from '../core/event.ts'
import { decimalText, moneyText } from './demo/number-text.ts'
import { plural, visible } from './journey-words.ts'
import type { CreditLine, Report, ReportRequest } from './report-figures.ts'

export interface Look {
  readonly colors: Colors
  /** Columns of the terminal. */
  readonly columns: number
}

const CONVERSION_DIGITS = 2
const RIVALS =
  'Each model shares every conversion once more: compare the columns, never add them up.'
const MEANINGS = 'What a model does: tributary report --help'

/** Tables of as many models as fit beside each other, with what they are above and below. */
export function reportTable(report: Report, look: Look): string {
  const { lines, request } = report
  const head = `${look.colors.bold(title(report))}\n${rangeText(request)}`
  if (lines.length === 0) return `${head}\nNo such credit.\n`
  const tables = groupsOf(report, look.columns).map((models) => table(report, models, look))
  const notes = request.models.length === 1 ? [MEANINGS] : [RIVALS, MEANINGS]
  return `${[head, ...tables, ...notes].join('\n')}\n`
}

function title({ request, currency }: Report): string {
  const { measure, goal, models, campaign } = request
  const what = { conversions: 'Conversions', value: 'Net value', refunds: 'Refunds' }[measure]
  const unit = currency === null ? '' : ` in ${currency}`
  const only = request.currency === null || currency !== null ? '' : ` in ${request.currency}`
  const ad = campaign === null ? '' : `, campaign ${visible(campaign) || '(none)'}`
  return `${what}${unit} of goal ${visible(goal)}${only}${ad}, credited by ${plural(models.length, 'model')}`
}

function rangeText({ from, before, knownBefore }: ReportRequest): string {
  const hour = (text: string) => text.slice(0, -3)
  const known = knownBefore === null ? '' : `, as known before ${hour(knownBefore)}`
  if (from === null && before === null) return `all conversions${known} (UTC)`
  const begin = from === null ? '' : ` from ${hour(from)}`
  const end = before === null ? '' : ` before ${hour(before)}`
  return `conversions${begin}${end}${known} (UTC)`
}

/** A name may be as long as a line; CSV and JSON have all of it. */
const NAME_MAX = 40

function nameOf({ channel, campaign }: CreditLine): string {
  const name = visible(campaign === null || campaign === '' ? channel : `${channel} / ${campaign}`)
  const characters = Array.from(name)
  return characters.length > NAME_MAX ? `${characters.slice(0, NAME_MAX - 1).join('')}…` : name
}

const heading = (model: Model): string => model.replaceAll('_', '\n')

const amountOf =
  ({ currency }: Report) =>
  (amount: string): string =>
    currency === null ? decimalText(amount, CONVERSION_DIGITS) : moneyText(amount, currency)

/** A column's text and its border. */
const BESIDE = 3

function groupsOf(report: Report, columns: number): Model[][] {
  const text = amountOf(report)
  const widest = (texts: readonly string[]) => Math.max(...texts.map((one) => one.length)) + BESIDE
  const name = widest([...report.lines.map(nameOf), 'channel']) + 1
  const groups: Model[][] = []
  let left = 0
  for (const model of report.request.models) {
    const amounts = [...report.lines.map(({ credit }) => credit), report.total]
    const width = widest([
      ...heading(model).split('\n'),
      ...amounts.map((one) => text(one[model]!)),
    ])
    if (groups.length === 0 || width > left) {
      groups.push([])
      left = columns - name
    }
    groups.at(-1)!.push(model)
    left -= width
  }
  return groups
}

function table(report: Report, models: readonly Model[], { colors }: Look): string {
  const text = amountOf(report)
  const drawn = new Table({
    head: [report.request.byCampaign ? 'channel / campaign' : 'channel', ...models.map(heading)],
    colAligns: ['left', ...models.map(() => 'right' as const)],
    style: { head: [], border: [], compact: true },
  })
  for (const line of report.lines) {
    drawn.push([nameOf(line), ...models.map((model) => text(line.credit[model]!))])
  }
  drawn.push([
    colors.bold('all'),
    ...models.map((model) => colors.bold(text(report.total[model]!))),
  ])
  return drawn.toString()
}

/**
 * A header, then a row per line; text in quotes; money with its currency. Without a total, which is
 * a sum of the others.
 */
export function reportCsv({ request, currency, lines }: Report): string {
  const isMoney = request.measure !== 'conversions'
  const keys = [
    'channel',
    ...(request.byCampaign ? ['campaign'] : []),
    ...(isMoney ? ['currency'] : []),
  ]
  const rows = lines.map(({ channel, campaign, credit }) =>
    [
      quoted(channel),
      ...(campaign === null ? [] : [quoted(campaign)]),
      ...(isMoney ? [quoted(currency ?? '')] : []),
      ...request.models.map((model) => credit[model]),
    ].join(','),
  )
  const header = [...keys, ...request.models].map(quoted).join(',')
  return `${[header, ...rows].join('\n')}\n`
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** One object; amounts are text, so that no digit is lost. */
export function reportJson({ request, currency, lines, total }: Report): string {
  const { goal, measure, from, before, knownBefore, campaign } = request
  return `${JSON.stringify({
    goal,
    measure,
    currency: currency ?? request.currency,
    from,
    before,
    known_before: knownBefore,
    campaign,
    models: request.models,
    lines: lines.map(({ campaign: own, ...line }) => ({
      channel: line.channel,
      ...(own === null ? {} : { campaign: own }),
      credit: line.credit,
    })),
    total,
  })}\n`
}
