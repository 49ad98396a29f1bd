// `tributary run`: one worker of a group, until it is asked to stop. Its log goes to stdout, one
// JSON object a line; metrics and health are served over HTTP.
import { Command } from '@commander-js/extra-typings'
import { stdoutLog } from '../adapters/telemetry/log-stream.ts'
import { loadConfig, wantsTraces } from '../config/load.ts'
import { configOption } from './options.ts'
import { runWorker } from './run-worker.ts'

const HELP = `
SIGTERM or Ctrl-C stops it: what is under way is finished and flushed, exit 0. A second one ends
it at once. Killing it loses nothing.
Exit codes: 0 stopped, 1 broken or stalled (start it again), 69 a service does not answer or lacks
\`tributary migrate\`, 70 halted (an operator must decide), 78 configuration.`

/** Sockets of clients that are being closed; nobody waits for them for longer. */
const LINGER_MS = 1_000

export function runCommand() {
  return new Command('run')
    .description('consume the topic: journeys in Redis, numbers in ClickHouse, until stopped')
    .option('--topic <name>', 'topic of events (kafka.topic)')
    .option('--group <name>', 'consumer group (kafka.group)')
    .option('--port <number>', 'port of metrics and health (http.port)')
    .option('--log-level <level>', 'debug, info, warn or error (log_level)')
    .addOption(configOption())
    .addHelpText('after', HELP)
    .action(async ({ topic, group, port, logLevel, config: file }) => {
      const flags = [
        { option: '--topic', key: 'kafka.topic', value: topic },
        { option: '--group', key: 'kafka.group', value: group },
        { option: '--port', key: 'http.port', value: port },
        { option: '--log-level', key: 'log_level', value: logLevel },
      ]
      const config = loadConfig({ flags, file })
      try {
        await runWorker(config, { output: stdoutLog(), traces: wantsTraces() })
      } finally {
        setTimeout(() => process.exit(), LINGER_MS).unref()
      }
    })
}
