// `tributary migrate`: makes or updates what the worker needs of ClickHouse and Kafka, in this
// order. Safe to repeat and to run twice at once; nothing that is there is changed unless told to.
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { parseDuration } from '../config/duration.ts'
import { loadConfig } from '../config/load.ts'
import { EXIT } from '../ports/errors.ts'
import { kafkaOptions } from './kafka-options.ts'
import { migrateClickHouse, readBiUser } from './migrate-clickhouse.ts'
import type { ClickHouseResult } from './migrate-clickhouse.ts'
import { migrateTopics } from './migrate-topics.ts'
import type { TopicResult } from './migrate-topics.ts'
import { configOption, jsonOption } from './options.ts'

const HELP = `
With kafka.allow_create_time the topic of events is made for a backfill: times of the producer,
kept without limit. A topic that is there and differs is reported with what to do.
--bi-password-file makes the user that BI tools log in as, on a full ClickHouse server: it reads the
bi_ views and nothing else, within limits. Given again, it sets the password anew.
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
    .addOption(
      new Option(
        '--bi-password-file <file>',
        'make a user for BI tools with this password',
      ).conflicts('topicsOnly'),
    )
    .option('--bi-user <name>', 'name of that user', 'bi')
    .option('--dry-run', 'only say what would be done')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ clickhouseOnly, topicsOnly, config: file, json, dryRun, alter, ...asked }) => {
      const config = loadConfig({ file })
      const { biPasswordFile, biUser: biName } = asked
      const biUser = biPasswordFile === undefined ? null : await readBiUser(biName, biPasswordFile)
      const isDryRun = dryRun === true
      const say = (line: string) => void process.stderr.write(`${line}\n`)
      const done: { clickhouse?: ClickHouseResult; topics?: readonly TopicResult[] } = {}
      if (topicsOnly !== true) {
        done.clickhouse = await migrateClickHouse(config, { isDryRun, biUser, say })
      }
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
