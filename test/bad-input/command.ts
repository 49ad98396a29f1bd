// `npm run bad-input -- [--records N] [--seed S] [--json]`: see README.md. Services: TEST_…
// addresses, else deploy/local; the broker is one of its own. Exit codes: 0 all is as the contract
// says, 1 something differs or broke, 2 usage.
import { execFileSync } from 'node:child_process'
import { parseArgs } from 'node:util'
import { createProgress } from '../../src/cli/progress.ts'
import type { Progress } from '../../src/cli/progress.ts'
import { removeServers } from '../services/private-server.ts'
import { serviceAddress } from '../services.ts'
import { badInput } from './bad-input.ts'
import { reportText } from './report.ts'

const UP = 'deploy/local/up'
const USAGE = 'usage: npm run bad-input -- [--records N, from 1000] [--seed S] [--json]'

interface Given {
  readonly records: number
  readonly seed: number
  readonly json: boolean
}

/** null: what was given makes no sense. */
function readArguments(): Given | null {
  try {
    const { values } = parseArgs({
      options: {
        records: { type: 'string', default: '200000' },
        seed: { type: 'string', default: String(Date.now() % 1_000_000) },
        json: { type: 'boolean', default: false },
      },
    })
    const [records, seed] = [values.records, values.seed].map((text) =>
      /^\d{1,9}$/.test(text) ? Number(text) : -1,
    ) as [number, number]
    return records < 1_000 || seed < 0 ? null : { records, seed, json: values.json }
  } catch {
    return null
  }
}

function address(name: 'redis' | 'clickhouse'): string {
  const known = serviceAddress(name)
  if (known !== undefined) return known
  const answer = execFileSync(UP, [name, '--json'], { encoding: 'utf8' })
  return (JSON.parse(answer) as { url: string }[])[0]!.url
}

async function run({ records, seed, json }: Given): Promise<number> {
  let bar: Progress | null = null
  const say = (line: string): void => {
    bar?.stop()
    bar = null
    process.stderr.write(`${line}\n`)
  }
  const progress = (done: number, total: number): void => {
    bar ??= createProgress({ total, unit: 'offsets', quiet: false })
    bar.update(done)
  }
  const services = { redisUrl: address('redis'), clickhouseUrl: address('clickhouse') }
  try {
    const report = await badInput({ records, seed, ...services, say, progress })
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : reportText(report))
    return report.differing === 0 ? 0 : 1
  } finally {
    await removeServers()
  }
}

const given = readArguments()
if (given === null) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
} else process.exitCode = await run(given)
