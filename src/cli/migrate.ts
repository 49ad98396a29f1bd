// `tributary migrate`: makes or updates what the worker needs of ClickHouse and Kafka, in this
// order. Safe to repeat and to run twice at once; nothing that is there is changed unless told to.
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { migrate, migrationState, refuseUnfit } from '../adapters/clickhouse/migrate.ts'
import { openServer } from '../adapters/clickhouse/server.ts'
import { parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import type { Config } from '../config/config.ts'
import { EXIT } from '../ports/errors.ts'
import { kafkaOptions } from './kafka-options.ts'
import { migrateTopics } from './migrate-topics.ts'
import type { TopicResult } from './migrate-topics.ts'
import { configOption, jsonOption } from './options.ts'

const HELP = `
With kafka.allow_create_time the topic of events is made for a backfill: times of the producer,
kept without limit. A topic that is there and differs is reported with what to do.
Exit codes: 0 done, 78 the worker would refuse what is there, 69 a service did not answer.`

export function migrateCommand() {
  return new Command('migrate')
    .description('create or update the ClickHouse tables and the Kafka topics')
    .addOption(new Option('--clickhouse-only', 'leave Kafka alone').conflicts('topicsOnly'))
    .option('--topics-only', 'leave ClickHouse alone')
    .option('--partitions <number>', 'of new topics (default: 6)', toCount)
    .option('--replication <number>', "of new topics (default: the brokers')", toCount)
    .option('--retention <duration>', 'how long a new topic keeps events (default: 90d)', toMs)
    .option('--alter', 'set what differs in topics that are there, but for partitions and replicas')
    .option('--dry-run', 'only say what would be done')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ clickhouseOnly, topicsOnly, config: file, json, dryRun, alter, ...asked }) => {
      const config = loadConfig({ file })
      const isDryRun = dryRun === true
      const say = (line: string) => void process.stderr.write(`${line}\n`)
      const done: { clickhouse?: ClickHouseResult; topics?: readonly TopicResult[] } = {}
      if (topicsOnly !== true) done.clickhouse = await migrateClickHouse(config, isDryRun, say)
      if (clickhouseOnly !== true) {
        done.topics = await migrateTopics(kafkaOptions(config), config.kafka, {
          partitions: asked.partitions,
          replication: asked.replication,
          retentionMs: asked.retention,
          alters: alter === true,
          isDryRun,
        })
        for (const line of done.topics.flatMap(topicLines)) say(line)
      }
      if (json) process.stdout.write(`${JSON.stringify(done)}\n`)
      const left = (done.topics ?? []).flatMap(({ differences }) => differences)
      if (left.some(({ isFatal }) => isFatal)) process.exitCode = EXIT.config
    })
}

interface ClickHouseResult {
  readonly database: string
  /** Applied now; in a dry run none. */
  readonly applied: readonly string[]
  readonly pending: readonly string[]
}

async function migrateClickHouse(
  { clickhouse }: Config,
  isDryRun: boolean,
  say: (line: string) => void,
): Promise<ClickHouseResult> {
  const db = openServer(clickhouse)
  const { database } = clickhouse
  try {
    if (!isDryRun) {
      return { database, applied: await migrate(db, { onStep: say }), pending: [] }
    }
    const state = await migrationState(db)
    refuseUnfit(db, state)
    if (!state.hasDatabase) say(`would create database ${database}`)
    for (const one of state.pending) say(`would apply ${one}`)
    say(`database ${database}: ${state.pending.length} migrations are pending`)
    return { database, applied: [], pending: state.pending }
  } finally {
    await db.close()
  }
}

const STATES: Readonly<Record<TopicResult['state'], string>> = {
  created: 'created',
  exists: 'is there',
  altered: 'altered',
  missing: 'would be created',
}

function topicLines({ topic, holds, partitions, state, differences }: TopicResult): string[] {
  const head = `topic ${topic} (${holds}, ${partitions} partitions): ${STATES[state]}`
  return [
    head,
    ...differences.map(({ setting, found, wanted, isFatal, fix }) => {
      const weight = isFatal ? 'the worker refuses it' : 'the worker takes it'
      return `  ${setting} is ${found}, not ${wanted} (${weight}); ${fix}`
    }),
  ]
}

function toCount(text: string): number {
  if (!/^[1-9]\d{0,4}$/.test(text)) throw new InvalidArgumentError('Expected a number from 1 on.')
  return Number(text)
}

function toMs(text: string): number {
  const ms = text === '-1' ? -1 : parseDuration(text)
  if (ms === undefined || ms === 0) {
    throw new InvalidArgumentError('Expected a duration like 90d, or -1 for no limit.')
  }
  return ms
}
