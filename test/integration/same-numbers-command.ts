// `npm run same-numbers -- FILE [--kill-every SECONDS]`: all of a file through `replay`, and
// through Kafka with two workers of which one is killed (-9) every 15 seconds until the end; then
// every view's CSV is compared, byte for byte. Services: TEST_… addresses, else deploy/local.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { sameNumbers } from './same-numbers.ts'

const UP = 'deploy/local/up'

const { values, positionals } = parseArgs({
  options: { 'kill-every': { type: 'string', default: '15' } },
  allowPositionals: true,
})
const [file] = positionals
const killEveryMs = Number(values['kill-every']) * 1_000
const say = (line: string): void => void process.stderr.write(`${line}\n`)

if (file === undefined || positionals.length > 1 || !(killEveryMs > 0)) {
  say('usage: npm run same-numbers -- FILE [--kill-every SECONDS]')
  process.exitCode = 2
} else {
  const startedMs = Date.now()
  const result = await sameNumbers({
    file,
    brokers: address('kafka'),
    redisUrl: address('redis'),
    clickhouseUrl: address('clickhouse'),
    killEveryMs,
    killsMin: 1,
    killsMax: Infinity,
    say,
  })
  const { records, kills, views, differing } = result
  const seconds = Math.round((Date.now() - startedMs) / 1_000)
  say(`${records} records, ${kills} kills, ${seconds} s`)
  process.stdout.write(
    differing.length === 0
      ? `the CSV of all ${views} views is the same, byte for byte\n`
      : `these views differ: ${differing.join(', ')}\n`,
  )
  process.exitCode = differing.length === 0 ? 0 : 1
}

function address(name: 'kafka' | 'redis' | 'clickhouse'): string {
  const variables = {
    kafka: 'TEST_KAFKA_BROKERS',
    redis: 'TEST_REDIS_URL',
    clickhouse: 'TEST_CLICKHOUSE_URL',
  }
  const given = process.env[variables[name]]
  if (given) return given
  const answer = execFileSync(UP, [name, '--json'], { encoding: 'utf8' })
  const [service] = JSON.parse(answer) as { url: string }[]
  return service!.url
}
