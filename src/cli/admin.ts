// `tributary admin`: the ways on after a halt. Each is a dry run unless --execute is given, and
// leaves a row in ClickHouse that says what was decided and why.
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { loadConfig } from '../config/load.ts'
import { TributaryError } from '../ports/errors.ts'
import { Fenced } from '../runtime/halt.ts'
import { acceptPartitions } from '../runtime/operator/accept-partitions.ts'
import type { OperatorContext } from '../runtime/operator/context.ts'
import { beginLineage } from '../runtime/operator/new-lineage.ts'
import type { LineageRequest } from '../runtime/operator/lineage-request.ts'
import { skipBatch } from '../runtime/operator/skip-batch.ts'
import { acceptedText, lineageText, skippedText } from './admin-words.ts'
import { openOperations } from './operations.ts'
import { configOption, jsonOption } from './options.ts'

const EXECUTE = 'do it; without this only what would be done is printed'
const REASON = 'why, in your words; kept with the decision'
const HELP = `
Stop the workers first: a worker that runs takes its partitions back, and then nothing is changed.
Which way on belongs to which halt: deploy/README.md. Exit codes: 0 done or shown, 69 a service
did not answer, 2 refused.`

export function adminCommand() {
  return new Command('admin')
    .description('decide what goes on after a halt (dry run unless --execute)')
    .addCommand(lineageCommand())
    .addCommand(rebuildCommand())
    .addCommand(partitionsCommand())
    .addCommand(skipCommand())
    .addHelpText('after', HELP)
}

function lineageCommand() {
  return new Command('lineage')
    .description('begin a new state beside what has been booked: state lost, or the log is another')
    .requiredOption('--partition <number>', 'the partition', toOffset)
    .requiredOption('--reason <text>', REASON)
    .option(
      '--at <place>',
      'flushed-through: behind what has landed; log-start; or an offset',
      toPlace,
      'flushed-through' as const,
    )
    .option('--execute', EXECUTE)
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ partition, reason, at, execute, config, json }) => {
      const request = { at, kind: 'beside', reason, losesHistory: false } as const
      await decide({ config, json, execute, partitions: [partition] }, (context) =>
        beginNew(context, request),
      )
    })
}

function rebuildCommand() {
  return new Command('rebuild')
    .description('build the state and its numbers anew from the log start, then replace the old')
    .addOption(partitionOption())
    .option('--all', 'every partition of the topic')
    .requiredOption('--reason <text>', REASON)
    .option('--lose-history', 'although the log no longer reaches back to where the numbers begin')
    .option('--execute', EXECUTE)
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ partition, all, reason, loseHistory, execute, config, json }) => {
      if ((partition === undefined) === (all === undefined)) throw eitherOr()
      const losesHistory = loseHistory === true
      const request = { at: 'log-start', kind: 'instead', reason, losesHistory } as const
      const partitions = partition === undefined ? 'all' : [partition]
      await decide({ config, json, execute, partitions }, (context) => beginNew(context, request))
    })
}

function partitionsCommand() {
  return new Command('partitions')
    .description('show the partition counts noted, or accept that the topic has got more')
    .option('--accept', 'note the present count, from the log end of this moment on')
    .option('--execute', EXECUTE)
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ accept, execute, config, json }) => {
      const isExecuted = accept === true && execute === true
      await decide({ config, json, execute: isExecuted, partitions: 'all' }, async (context) => {
        const accepted = await acceptPartitions(context)
        return { data: accepted, text: acceptedText(accepted, context.isExecuted) }
      })
    })
}

function skipCommand() {
  return new Command('skip')
    .description('give up a record batch that cannot be decoded; its offsets count as rejected')
    .requiredOption('--partition <number>', 'the partition', toOffset)
    .requiredOption('--from <offset>', 'its first offset, as the halt names it', toOffset)
    .requiredOption('--to <offset>', 'the offset behind its last', toOffset)
    .requiredOption('--reason <text>', REASON)
    .option('--execute', EXECUTE)
    .addOption(configOption())
    .addOption(jsonOption())
    .action(async ({ partition, from, to, reason, execute, config, json }) => {
      await decide({ config, json, execute, partitions: [partition] }, async (context) => {
        const skipped = await skipBatch(context, { from, to, reason })
        return { data: { partition, ...skipped }, text: skippedText(partition, skipped) }
      })
    })
}

async function beginNew(context: OperatorContext, request: LineageRequest): Promise<Decision> {
  const plan = await beginLineage(context, request)
  return { data: plan, text: lineageText(plan, request.kind) }
}

interface Decision {
  readonly data: object
  readonly text: string
}

interface Given {
  readonly config: string | undefined
  readonly json: true | undefined
  readonly execute: boolean | undefined
  readonly partitions: 'all' | readonly number[]
}

/** One partition after the other, each by itself: what fails at one leaves those before it done. */
async function decide(
  { config, json, execute, partitions }: Given,
  work: (context: OperatorContext) => Promise<Decision>,
): Promise<void> {
  const isExecuted = execute === true
  const operations = await openOperations(loadConfig({ file: config }))
  try {
    const count = (await operations.source.facts()).partitions
    const chosen = partitions === 'all' ? Array.from({ length: count }, (_, i) => i) : partitions
    for (const partition of chosen) {
      if (partition >= count) throw noPartition(partition, count)
      const context = { ...operations, options: operations.optionsOf(partition), isExecuted }
      const { data, text } = await work(context)
      process.stdout.write(json ? `${JSON.stringify({ ...data, executed: isExecuted })}\n` : text)
    }
  } catch (error) {
    throw error instanceof Fenced ? takenBack(error) : error
  } finally {
    await operations.close()
  }
  if (!isExecuted && json === undefined) {
    process.stderr.write('dry run: nothing was changed; add --execute to do it\n')
  }
}

const partitionOption = () =>
  new Option('--partition <number>', 'one partition').argParser(toOffset)

function toOffset(text: string): number {
  const number = Number(text)
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number from 0.')
  return number
}

function toPlace(text: string): LineageRequest['at'] {
  return text === 'flushed-through' || text === 'log-start' ? text : toOffset(text)
}

const eitherOr = (): TributaryError =>
  new TributaryError('TRIBUTARY_USAGE', 'Which partitions are to be rebuilt?', {
    hint: 'Give --partition NUMBER or --all.',
  })

const noPartition = (partition: number, count: number): TributaryError =>
  new TributaryError('TRIBUTARY_USAGE', `The topic has no partition ${partition}.`, {
    hint: `There are ${count}, from 0 to ${count - 1}.`,
  })

const takenBack = (cause: Fenced): TributaryError =>
  new TributaryError(
    'TRIBUTARY_USAGE',
    'A worker took the partition back before this was finished.',
    {
      cause,
      hint: 'Stop the workers of this group, then repeat: that is safe.',
    },
  )
