// `tributary report`: credit by channel, the models side by side, for any range of conversions,
// from a folder or a server. A table on a terminal, CSV off it.
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { MODELS } from '../core/event.ts'
import type { Model } from '../core/event.ts'
import { TributaryError } from '../ports/errors.ts'
import { currencyDigits } from '../schema/currencies.ts'
import { colorsOf } from './colors.ts'
import { configOption, jsonOption } from './options.ts'
import { databaseOption, folderOption, openToRead, serverOption } from './read-ledger.ts'
import { MEASURES, readReport } from './report-figures.ts'
import type { Report } from './report-figures.ts'
import { toSpan } from './report-range.ts'
import type { Span } from './report-range.ts'
import { reportCsv, reportJson, reportTable } from './report-text.ts'

const FORMATS = ['table', 'csv', 'json'] as const
type Format = (typeof FORMATS)[number]

const MEANINGS: Readonly<Record<Model, string>> = {
  first_touch: 'all to the first touchpoint: who begins',
  last_touch: 'all to the last: who closes',
  last_non_direct: 'all to the last that is not direct',
  linear: 'in equal parts',
  time_decay: 'half as much for every half_life before the newest',
  position_based: '40 % to the first and to the last, 20 % shared by those between',
  w_shaped: '30 % to the first, the one before the lead, and the last; 10 % shared by the rest',
  shapley: "in equal parts among the channels, each channel's among its touchpoints",
}

const HELP = `
Models share every conversion among the touchpoints before it:
${MODELS.map((model) => `  ${model.padEnd(15)}  ${MEANINGS[model]}`).join('\n')}
Days and hours are UTC and belong to the range: --to 2026-11-30 takes all of that day.
Examples: tributary report --from 2026-11-01 --to 2026-11-30
          tributary report --measure value --currency EUR --models last_touch,shapley --by-campaign
          tributary report --as-of 2026-11-15 --to 2026-11-15     (what was known that night)`

export function reportCommand() {
  return new Command('report')
    .description('credit by channel, the models side by side')
    .option('--from <time>', 'conversions from this day or hour on', toSpan)
    .option('--to <time>', 'to this day or hour, with all of it', toSpan)
    .option('--as-of <time>', 'only what was known at the end of this day or hour', toSpan)
    .option('--goal <name>', 'goal of the conversions', 'purchase')
    .addOption(
      new Option('--measure <name>', 'what is credited; value is net of refunds')
        .choices(MEASURES)
        .default('conversions' as const),
    )
    .option('--currency <code>', 'only conversions in it; money needs one', toCurrency)
    .option('--models <names>', 'separated by commas (default: all)', toModels)
    .option('--by-campaign', 'a line for each campaign of a channel')
    .option('--campaign <name>', 'only credit of this campaign; empty: of none')
    .addOption(folderOption())
    .addOption(serverOption())
    .addOption(databaseOption())
    .addOption(configOption())
    .addOption(
      new Option(
        '--format <name>',
        'how to print (default: table on a terminal, else csv)',
      ).choices(FORMATS),
    )
    .addOption(new Option('--csv', 'as --format csv').conflicts(['json', 'format']))
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (options) => {
      const { from = null, to = null } = options
      refuseEmptyRange(from, to)
      const db = await openToRead(options)
      try {
        const report = await readReport(db, {
          goal: options.goal,
          measure: options.measure,
          models: options.models ?? MODELS,
          from: from?.begin ?? null,
          before: to?.after ?? null,
          knownBefore: options.asOf?.after ?? null,
          currency: options.currency ?? null,
          byCampaign: options.byCampaign === true,
          campaign: options.campaign ?? null,
        })
        process.stdout.write(print(report, formatOf(options)))
      } finally {
        await db.close()
      }
    })
}

interface Asked {
  readonly csv?: true | undefined
  readonly json?: true | undefined
  readonly format?: Format | undefined
}

function formatOf({ csv, json, format }: Asked): Format {
  if (json === true) return 'json'
  if (csv === true) return 'csv'
  return format ?? (process.stdout.isTTY ? 'table' : 'csv')
}

/** Where nobody tells how wide a terminal is. */
const COLUMNS = 100

function print(report: Report, format: Format): string {
  switch (format) {
    case 'table':
      return reportTable(report, {
        colors: colorsOf(process.stdout),
        columns: process.stdout.columns ?? COLUMNS,
      })
    case 'csv':
      return reportCsv(report)
    case 'json':
      return reportJson(report)
  }
}

function refuseEmptyRange(from: Span | null, to: Span | null): void {
  if (from === null || to === null || from.begin < to.after) return
  throw new TributaryError('TRIBUTARY_USAGE', '--from is later than --to.', {
    hint: 'Both ends belong to the range: name the earlier one with --from.',
  })
}

function toCurrency(text: string): string {
  if (currencyDigits(text) >= 0) return text
  throw new InvalidArgumentError('Expected a code of ISO 4217 in capitals, like EUR.')
}

function toModels(text: string): readonly Model[] {
  const names = text.split(',').map((name) => name.trim())
  const unknown = names.filter((name) => !(MODELS as readonly string[]).includes(name))
  if (unknown.length > 0) {
    throw new InvalidArgumentError(`Models are ${MODELS.join(', ')}.`)
  }
  return [...new Set(names as Model[])]
}
