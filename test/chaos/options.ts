// What `npm run chaos` is told on its command line.
import { parseArgs } from 'node:util'
import type { Amounts } from './schedule.ts'

export interface ChaosOptions {
  readonly amounts: Amounts
  readonly seed: number
  readonly json: boolean
  /** Each halt is brought about in the end. */
  readonly halts: boolean
  readonly daysPerSecond: number
}

export const USAGE = `usage: npm run chaos -- [--kills N] [--rewinds N] [--outages N] [--rebalances N] [--zombies N]
                      [--seed S] [--days-per-second N] [--no-halts] [--json]

Kills, starves and confuses real workers on a real Kafka, Redis and ClickHouse engine, which are
started for it and end with it; in the end every row must be the oracle's.
  --kills 20            kill -9 at named fail-points, shared out evenly
  --rewinds 3           Redis forgets the end of its log
  --outages 3           a service is killed, stalled, slow, full, or answers too late
  --rebalances 3        a worker joins and leaves
  --zombies 3           a worker is frozen for longer than its session, and wakes
  --seed 1              decides faults, points and log
  --days-per-second 1.5 how fast the producer's clock runs
  --no-halts            leave out the halts and the operator's ways on, in the end
  --json                the report as JSON on stdout
Exit codes: 0 every row was the oracle's, 1 not, 2 usage, 130 interrupted.
`

const NUMBERS = {
  kills: 20,
  rewinds: 3,
  outages: 3,
  rebalances: 3,
  zombies: 3,
  seed: 1,
  'days-per-second': 1.5,
}

const SWITCHES = {
  json: { type: 'boolean', default: false },
  'no-halts': { type: 'boolean', default: false },
} as const

/** @throws Error with one sentence, for a usage that is not one */
export function parseOptions(args: readonly string[]): ChaosOptions {
  const options = Object.fromEntries(
    Object.keys(NUMBERS).map((name) => [name, { type: 'string' as const }]),
  )
  const { values } = parseArgs({ args: [...args], options: { ...options, ...SWITCHES } })
  const number = (name: keyof typeof NUMBERS): number => {
    const text = (values as Partial<Record<string, string | boolean>>)[name]
    if (text === undefined) return NUMBERS[name]
    const isFine = name === 'days-per-second' ? /^\d{1,2}(\.\d+)?$/ : /^\d{1,6}$/
    if (!isFine.test(`${text}`)) throw new Error(`--${name} is no number: ${text}`)
    return Number(text)
  }
  const [kills, rewinds, outages] = [number('kills'), number('rewinds'), number('outages')]
  const [rebalances, zombies] = [number('rebalances'), number('zombies')]
  return {
    amounts: { kills, rewinds, outages, rebalances, zombies },
    seed: number('seed'),
    json: values.json,
    halts: !values['no-halts'],
    daysPerSecond: number('days-per-second'),
  }
}
