// `tributary audit`: holds Redis, ClickHouse and a replay of the log against each other, row by
// row, while workers may go on. Reads only; joins no group.
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { EXIT, TributaryError } from '../ports/errors.ts'
import { auditPartition } from '../runtime/audit/audit-partition.ts'
import type { PartitionAudit } from '../runtime/audit/audit-partition.ts'
import { auditJson, auditText, auditWords } from './audit-report.ts'
import { interruptible } from './interrupt.ts'
import { openOperations } from './operations.ts'
import type { Operations } from './operations.ts'
import { configOption, jsonOption, quietOption } from './options.ts'
import { createProgress } from './progress.ts'
import type { Progress } from './progress.ts'

const HELP = `
Compared are Redis, ClickHouse and the records of the lineage, applied anew: for a long log it takes
as long as a rebuild, and as much memory as the partition's journeys need. Where the log no longer
reaches back, Redis and ClickHouse are compared alone.
Exit codes: 0 no difference, 1 differences, 69 a service did not answer, 78 other settings.`

export function auditCommand() {
  return new Command('audit')
    .description('compare Redis, ClickHouse and a replay of the log, row by row')
    .option('--partition <number...>', 'only these partitions (default: all)', toPartitions)
    .addOption(quietOption())
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ partition, quiet, config: file, json }) => {
      const config = loadConfig({ file })
      const show = { quiet: quiet === true, json: json === true }
      await interruptible((signal) => auditAll(config, partition, { ...show, signal }))
    })
}

interface Manner {
  readonly quiet: boolean
  readonly json: boolean
  readonly signal: AbortSignal
}

async function auditAll(
  config: Config,
  asked: readonly number[] | undefined,
  manner: Manner,
): Promise<void> {
  const operations = await openOperations(config)
  try {
    const audits: PartitionAudit[] = []
    for (const partition of await partitionsOf(operations, asked)) {
      const audit = await auditOne(operations, config, { partition, ...manner })
      audits.push(audit)
      if (!manner.quiet) process.stderr.write(`${auditWords(audit)}\n`)
      if (!manner.json) process.stdout.write(auditText(audit))
    }
    if (manner.json) process.stdout.write(auditJson(audits))
    if (audits.some(({ differencesInAll }) => differencesInAll > 0)) {
      process.exitCode = EXIT.unexpected
    }
  } finally {
    await operations.close()
  }
}

/** Throws TRIBUTARY_USAGE for a partition that the topic does not have. */
async function partitionsOf(
  { source }: Operations,
  asked: readonly number[] | undefined,
): Promise<readonly number[]> {
  const { partitions } = await source.facts()
  const all = Array.from({ length: partitions }, (_, partition) => partition)
  const none = asked?.find((one) => one >= partitions)
  if (none === undefined) return asked ?? all
  throw new TributaryError('TRIBUTARY_USAGE', `${source.topic} has no partition ${none}.`, {
    hint: `Its partitions are 0 to ${partitions - 1}.`,
  })
}

async function auditOne(
  operations: Operations,
  { kafka, settings }: Config,
  { partition, quiet, signal }: Manner & { readonly partition: number },
): Promise<PartitionAudit> {
  const { topic, store, ledger, fingerprint } = operations.optionsOf(partition)
  const bars: Progress[] = []
  try {
    return await auditPartition({
      topic,
      partition,
      source: operations.source,
      store,
      ledger,
      settings,
      fingerprint,
      partitioner: kafka.partitioner,
      onProgress: (replayed, total) => {
        signal.throwIfAborted()
        if (bars.length === 0) bars.push(createProgress({ total, unit: 'offsets', quiet }))
        bars[0]?.update(replayed)
      },
    })
  } finally {
    bars[0]?.stop()
  }
}

function toPartitions(text: string, before: readonly number[] = []): readonly number[] {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('Expected the number of a partition.')
  return [...before, Number(text)]
}
