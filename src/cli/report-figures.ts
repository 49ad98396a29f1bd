// The numbers of a report, read from the views by one query: credit by channel, the models side by
// side. Decimals are text from ClickHouse to the screen; nothing is computed here.
import type { ClickHouse, QueryParams } from '../adapters/clickhouse/connection.ts'
import type { Model } from '../core/event.ts'
import { TributaryError } from '../ports/errors.ts'

export const MEASURES = ['conversions', 'value', 'refunds'] as const
export type Measure = (typeof MEASURES)[number]

export interface ReportRequest {
  readonly goal: string
  readonly measure: Measure
  readonly models: readonly Model[]
  /** Of the conversion's hour, `YYYY-MM-DD hh:00:00`; null: without an end. */
  readonly from: string | null
  readonly before: string | null
  /** Only what was booked before this hour; null: all that is known. */
  readonly knownBefore: string | null
  /** null: all, which for money must be one. */
  readonly currency: string | null
  /** Rows per campaign, too. */
  readonly byCampaign: boolean
  /** Only credit that went to this campaign. */
  readonly campaign: string | null
}

export interface CreditLine {
  readonly channel: string
  /** null: all of them. */
  readonly campaign: string | null
  /** A decimal for each model of the request. */
  readonly credit: Readonly<Partial<Record<Model, string>>>
}

export interface Report {
  readonly request: ReportRequest
  /** Of money; null: the measure is a count. */
  readonly currency: string | null
  /** Most credit first. */
  readonly lines: readonly CreditLine[]
  readonly total: CreditLine['credit']
}

type Cell = string | number

/**
 * Throws TRIBUTARY_USAGE for a goal that the ledger does not know, and for money of several
 * currencies, which does not add up.
 */
export async function readReport(db: ClickHouse, request: ReportRequest): Promise<Report> {
  const currency = request.measure === 'conversions' ? null : await oneCurrency(db, request)
  const { models, measure, byCampaign } = request
  const keys = byCampaign ? ['channel', 'campaign'] : ['channel']
  const sums = models.map((model) => `sumIf(${measure}, model = '${model}') AS ${model}`)
  const { from, params } = source({ ...request, currency: currency ?? request.currency })
  const rows = await db.rows<Cell[]>(
    `SELECT grouping(channel) AS level, ${[...keys, ...sums].join(', ')} FROM ${from}
     GROUP BY GROUPING SETS ((${keys.join(', ')}), ())
     ORDER BY level, ${models.join(' + ')} DESC, ${keys.join(', ')}`,
    params,
  )
  const creditOf = (row: readonly Cell[]) =>
    Object.fromEntries(models.map((model, i) => [model, String(row[1 + keys.length + i] ?? '0')]))
  const lines = rows
    .filter(([level]) => Number(level) === 0)
    .map((row) => ({
      channel: String(row[1]),
      campaign: byCampaign ? String(row[2]) : null,
      credit: creditOf(row),
    }))
    .filter(({ credit }) => Object.values(credit).some((amount) => amount !== '0'))
  if (lines.length === 0) await assertGoal(db, request.goal)
  const total = creditOf(rows.find(([level]) => Number(level) !== 0) ?? [])
  return { request, currency, lines, total }
}

/** The rows of the request, as the end of a query and its parameters. */
function source(request: ReportRequest): { readonly from: string; readonly params: QueryParams } {
  const { goal, from, before, knownBefore, currency, campaign } = request
  const conditions = [
    ['goal', 'goal = {goal:String}', goal],
    ['from', "conversion_hour >= {from:DateTime('UTC')}", from],
    ['before', "conversion_hour < {before:DateTime('UTC')}", before],
    ['known', "booked_hour < {known:DateTime('UTC')}", knownBefore],
    ['currency', 'currency = {currency:String}', currency],
    ['campaign', 'campaign = {campaign:String}', campaign],
  ] as const
  const used = conditions.filter(([, , value]) => value !== null)
  return {
    from: [
      knownBefore === null ? 'bi_credits' : 'bi_credits_booked',
      used.map(([, condition]) => condition).join(' AND '),
    ].join(' WHERE '),
    params: Object.fromEntries(used.map(([name, , value]) => [name, value ?? ''])),
  }
}

/** The currency of all amounts of the request; null: there are none. */
async function oneCurrency(db: ClickHouse, request: ReportRequest): Promise<string | null> {
  if (request.currency !== null) return request.currency
  const { from, params } = source(request)
  const sql = `SELECT DISTINCT currency FROM ${from} AND ${request.measure} != 0 ORDER BY currency`
  const currencies = (await db.rows<[string]>(sql, params)).flat()
  if (currencies.length <= 1) return currencies[0] ?? null
  const amounts =
    request.measure === 'value' ? 'value of this range is' : 'refunds of this range are'
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    `The ${amounts} in ${currencies.join(', ')}, which do not add up.`,
    { hint: `Name one of them: --currency ${currencies[0]}.` },
  )
}

/** A goal without conversions in the range is an answer; one that no conversion has is a slip. */
async function assertGoal(db: ClickHouse, goal: string): Promise<void> {
  const sql = "SELECT DISTINCT goal FROM bi_conversions WHERE goal != '' ORDER BY goal"
  const goals = (await db.rows<[string]>(sql)).flat()
  if (goals.length === 0 || goals.includes(goal)) return
  throw new TributaryError('TRIBUTARY_USAGE', `The ledger holds no conversion of goal ${goal}.`, {
    hint: `It holds ${goals.join(', ')}.`,
  })
}
