// `npm run chaos`: runs, shows progress, prints the report and decides how the process ends.
import { EXIT } from '../../src/ports/errors.ts'
import { removeServers } from '../services/private-server.ts'
import { USAGE, parseOptions } from './options.ts'
import type { ChaosOptions } from './options.ts'
import { showProgress } from './progress.ts'
import type { Progress } from './progress.ts'
import { reportText } from './report.ts'
import { runChaos } from './run.ts'
import { killWorkers } from './worker-process.ts'

async function main(options: ChaosOptions): Promise<number> {
  let progress: Progress | null = null
  const watcher = {
    progress: (done: number, total: number) => {
      progress ??= showProgress(total)
      progress.update(done)
      if (done === total) progress.stop()
    },
    say: (text: string) => void process.stderr.write(`${text}\n`),
  }
  try {
    const report = await runChaos(options, watcher)
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : reportText(report))
    return report.findings.length === 0 ? EXIT.ok : EXIT.unexpected
  } finally {
    ;(progress as Progress | null)?.stop()
    await end()
  }
}

async function end(): Promise<void> {
  await killWorkers()
  await removeServers()
}

function optionsOrUsage(): ChaosOptions | null {
  try {
    return parseOptions(process.argv.slice(2))
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n${USAGE}`)
    return null
  }
}

const options = optionsOrUsage()
if (options === null) process.exitCode = EXIT.usage
else {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      process.stderr.write('interrupted; ending everything that was started\n')
      void end().finally(() => process.exit(EXIT.interrupted))
    })
  }
  process.exitCode = await main(options).catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`)
    return EXIT.unexpected
  })
  process.exit()
}
