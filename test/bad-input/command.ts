// `npm run bad-input -- [--records N] [--seed S] [--json]`: see README.md. Services: TEST_…
// addresses, else deploy/local; the broker is one of its own. Exit codes: 0 all is as the contract
// says, 1 something differs or broke, 2 usage.
import { execFileSync } from 'node:child_process'
import { createProgress } from '../../src/cli/progress.ts'
import type { Progress } from '../../src/cli/progress.ts'
import { removeServers } from '../services/private-server.ts'
import { serviceAddress } from '../services.ts'
import { readArguments, USAGE } from './arguments.ts'
import type { Given } from './arguments.ts'
import { badInput } from './bad-input.ts'
import { reportText } from './report.ts'

const UP = 'deploy/local/up'

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

const given = readArguments(process.argv.slice(2))
if (given === null) {
  process.stderr.write(`${USAGE}\n`)
  process.exitCode = 2
} else process.exitCode = await run(given)
