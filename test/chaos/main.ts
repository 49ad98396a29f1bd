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

let isInterrupted = false

/** The exit code. */
async function main(options: ChaosOptions): Promise<number> {
  let progress: Progress | null = null
  const watcher = {
    progress: (done: number, total: number) => {
      progress ??= showProgress(total)
      progress.update(done)
      if (done === total) progress.stop()
    },
    say: (text: string) => {
      if (!isInterrupted) process.stderr.write(`${text}\n`)
    },
  }
  try {
    const report = await runChaos(options, watcher)
    process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : reportText(report))
    return report.findings.length === 0 ? EXIT.ok : EXIT.unexpected
  } catch (error) {
    watcher.say(String(error instanceof Error ? error.stack : error))
    return EXIT.unexpected
  } finally {
    ;(progress as Progress | null)?.stop()
  }
}

async function end(): Promise<void> {
  await killWorkers()
  await removeServers()
}

function interrupt(): void {
  if (isInterrupted) return
  isInterrupted = true
  process.stderr.write('interrupted; ending everything that was started\n')
  void end().finally(() => process.exit(EXIT.interrupted))
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
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, interrupt)
  const exitCode = await main(options)
  // Whatever is under way ends as everything is taken from it; then this process does.
  if (!isInterrupted) {
    await end()
    process.exit(exitCode)
  }
}
