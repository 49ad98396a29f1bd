// `tributary demo`: a newcomer's first minute. A generated live show flows through the real core
// into the embedded ledger, and what the terminal shows is read back from there.
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { loadConfig } from '../config/load.ts'
import { openDisplay } from './demo/display.ts'
import { demoLog } from './demo/log.ts'
import { UNLIMITED, WATCHABLE, type Rates } from './demo/pace.ts'
import { runDemo, type DemoResult } from './demo/run-demo.ts'
import { summaryJson, summaryText } from './demo/summary.ts'
import { interruptible } from './interrupt.ts'
import { openLocalLedger, type LocalLedger } from './local-ledger.ts'
import { configOption, jsonOption, quietOption } from './options.ts'

const DEFAULT_FOLDER = '.tributary/demo'
const DEFAULT_SEED = 42

export function demoCommand() {
  return new Command('demo')
    .description('watch a generated live show: GMV, viewers, and credit in eight models')
    .option('--events <number>', 'end after so many events (default: with Ctrl-C)', toCount)
    .option(
      '--rate <number>',
      'events per second (default: to be watched; as fast as possible with --events)',
      toRate,
    )
    .option('--seed <number>', 'same seed, same numbers', toNumber, DEFAULT_SEED)
    .option('--db <dir>', `folder of the ledger, emptied first (default: ${DEFAULT_FOLDER})`)
    .option('--clickhouse <url>', 'an empty database of a ClickHouse server instead of a folder')
    .option('--database <name>', 'database on that server')
    .addOption(configOption())
    .addOption(quietOption())
    .addOption(jsonOption())
    .action(async (options) => {
      const { settings } = loadConfig({ file: options.config })
      const { seed, events = null } = options
      const log = demoLog(seed, events)
      const rates = ratesOf(events, options.rate)
      await interruptible(async (signal) => {
        if (options.quiet !== true) process.stderr.write('opening the ledger …\n')
        const ledger = await openLocalLedger(options, DEFAULT_FOLDER)
        try {
          const display = openDisplay({ quiet: options.quiet === true, goal: events })
          const run = { ledger, settings, log, rates, display, signal }
          const result = await runDemo(run).finally(() => display.close())
          const summary = options.json === true ? summaryJson : summaryText
          process.stdout.write(summary(seed, result.figures))
          if (options.quiet !== true) process.stderr.write(remarks(result, ledger))
        } finally {
          await ledger.db.close()
        }
      }, 'the ledger holds every number up to here')
    })
}

function ratesOf(events: number | null, rate: number | undefined): Rates {
  if (rate !== undefined) return { during: rate, between: rate }
  return events === null ? WATCHABLE : UNLIMITED
}

/** Speed and places: what differs from run to run. */
function remarks({ figures, userHash, seconds }: DemoResult, ledger: LocalLedger): string {
  const perSecond = Math.round(figures.records / Math.max(seconds, 0.001))
  const lines = [
    '',
    `${figures.records.toLocaleString('en-US')} events in ${seconds.toFixed(1)} s, ` +
      `${perSecond.toLocaleString('en-US')} per second`,
  ]
  const { folder, db } = ledger
  if (folder === null) {
    lines.push(`The ledger is in the database ${db.database} at ${db.place}.`)
  } else {
    const at = `--db ${/[^\w./-]/.test(folder) ? `'${folder}'` : folder}`
    lines.push(
      `The ledger is in ${folder}, the refused records beside it. Ask it yourself:`,
      `  npx tributary sql ${at} "SELECT model, channel, sum(conversions) FROM bi_credits GROUP BY ALL"`,
      ...(userHash === null ? [] : [`  npx tributary journey ${at} ${userHash}`]),
    )
  }
  return lines.map((line) => `${line}\n`).join('')
}

function toNumber(text: string): number {
  const number = Number(text)
  if (text.trim() === '' || !Number.isFinite(number)) {
    throw new InvalidArgumentError('Not a number.')
  }
  return number
}

function toCount(text: string): number {
  const count = toNumber(text)
  if (!Number.isInteger(count) || count < 1) {
    throw new InvalidArgumentError('Expected a whole number from 1 on.')
  }
  return count
}

function toRate(text: string): number {
  const rate = toNumber(text)
  if (rate <= 0) throw new InvalidArgumentError('A rate is more than 0.')
  return rate
}
