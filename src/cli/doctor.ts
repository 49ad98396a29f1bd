// `tributary doctor`: does what a worker needs stand ready? Looks at everything it would use,
// changes nothing, and says for each thing what was seen and what to do.
import { Command } from '@commander-js/extra-typings'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { ConfigError } from '../config/mistakes.ts'
import { EXIT } from '../ports/errors.ts'
import { examineClickHouse } from './doctor-clickhouse.ts'
import { examineAll, findingsOf } from './doctor-finding.ts'
import type { Finding } from './doctor-finding.ts'
import { examineKafka } from './doctor-kafka.ts'
import { examineRedis } from './doctor-redis.ts'
import { examineState } from './doctor-state.ts'
import { doctorText } from './doctor-text.ts'
import { configOption, jsonOption } from './options.ts'

/** For all questions to one service together. */
const TIMEOUT_MS = 30_000
const HELP = `
PASS: in order. WARN: works, but somebody should know. FAIL: a worker would not start, or halt.
Exit codes: 0 nothing failed, 69 something did.`

export function doctorCommand() {
  return new Command('doctor')
    .description('look at configuration, Kafka, Redis and ClickHouse, and say what to do')
    .addOption(configOption())
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async ({ config, json }) => {
      const findings = await examineEverything(config)
      const text = json === true ? `${JSON.stringify({ findings })}\n` : doctorText(findings)
      const isFine = findings.every(({ verdict }) => verdict !== 'FAIL')
      // A service that does not answer keeps its connection open; nobody waits for it any more.
      process.stdout.write(text, () => process.exit(isFine ? EXIT.ok : EXIT.unavailable))
    })
}

async function examineEverything(file: string | undefined): Promise<Finding[]> {
  const { pass, warn, fail } = findingsOf('configuration')
  let config: Config
  try {
    config = loadConfig({ file })
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.mistakes.map(({ where, what }) => fail(where, what, error.hint))
  }
  const findings = [pass('settings', file ?? 'environment and defaults are in order')]
  if (config.kafka.partitioner === 'none') {
    const seen = 'kafka.partitioner is none: distinct counts are upper bounds'
    findings.push(warn('settings', seen, 'Name the partitioner that the producers use.'))
  }
  if (config.kafka.allowCreateTime) {
    const seen = 'kafka.allow_create_time is true: a producer can move time for all'
    findings.push(warn('settings', seen, 'Only for backfills; leave it out afterwards.'))
  }
  const services = await examineAll(
    [
      { service: 'kafka', questions: () => examineKafka(config) },
      { service: 'redis', questions: () => examineRedis(config) },
      { service: 'clickhouse', questions: () => examineClickHouse(config, TIMEOUT_MS) },
      { service: 'state', questions: () => examineState(config, TIMEOUT_MS) },
    ],
    TIMEOUT_MS,
  )
  return [...findings, ...services]
}
