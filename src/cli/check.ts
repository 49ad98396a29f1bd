// `tributary check FILE|-`: validates a producer's events before they are sent, and explains each
// refusal.
import { createReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { Command, InvalidArgumentError } from '@commander-js/extra-typings'
import { colorsOf } from './colors.ts'
import { compressionOf, refuseForeign } from '../adapters/files/stored-file.ts'
import { loadConfig } from '../config/load.ts'
import { REJECTION_REASONS } from '../core/event.ts'
import { EXIT, TributaryError } from '../ports/errors.ts'
import { foreignHint } from '../schema/foreign-hint.ts'
import { checkEvents } from './check-events.ts'
import type { CheckSummary, Finding } from './check-events.ts'
import { interruptible } from './interrupt.ts'
import { configOption, jsonOption, quietOption } from './options.ts'
import { createProgress } from './progress.ts'

const PROGRESS_BYTES_MIN = 32_000_000
const MEGABYTE = 1_000_000
const SHOWN_DEFAULT = 100

export function checkCommand() {
  return new Command('check')
    .description("validate a producer's events and explain each refusal; exit 65 with refusals")
    .argument('<file>', 'NDJSON, or a JSON object or array; - for stdin')
    .option('--max <number>', 'refusals to print, all are counted', toCount, SHOWN_DEFAULT)
    .addOption(configOption())
    .addOption(quietOption())
    .addOption(jsonOption())
    .action(async (file, { max, config, quiet, json }) => {
      const { settings } = loadConfig({ file: config })
      const print = json ? formatJson : formatText(colorsOf(process.stdout))
      let shown = 0
      const onFinding = (finding: Finding) => {
        if (!json && shown >= max) return
        shown++
        process.stdout.write(print(finding))
      }
      const summary = await interruptible(async (signal) =>
        checkEvents(await openInput(file, { quiet: quiet === true, signal }), {
          settings,
          onFinding,
        }),
      )
      if (quiet !== true) process.stderr.write(formatSummary(summary, shown))
      if (summary.refused.size > 0) process.exitCode = EXIT.badData
    })
}

interface InputOptions {
  readonly quiet: boolean
  readonly signal: AbortSignal
}

async function openInput(
  file: string,
  { quiet, signal }: InputOptions,
): Promise<AsyncIterable<Uint8Array>> {
  if (file === '-') return process.stdin
  const bytes = await lookAt(file)
  const isSmall = bytes < PROGRESS_BYTES_MIN
  const progress = createProgress({
    total: Math.ceil(bytes / MEGABYTE),
    unit: 'MB',
    quiet: quiet || isSmall || !process.stderr.isTTY,
  })
  return counted(createReadStream(file, { highWaterMark: 1 << 18, signal }), progress)
}

async function* counted(
  input: AsyncIterable<Uint8Array>,
  progress: ReturnType<typeof createProgress>,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of input) {
      bytes += chunk.length
      progress.update(Math.floor(bytes / MEGABYTE))
      yield chunk
    }
  } finally {
    progress.stop()
  }
}

/**
 * The size of a file that can be read as text. @throws TRIBUTARY_BAD_DATA with what to do instead.
 */
async function lookAt(file: string): Promise<number> {
  try {
    await using handle = await open(file)
    const stat = await handle.stat()
    if (stat.isDirectory()) {
      throw new TributaryError('TRIBUTARY_BAD_DATA', `${file} is a folder`, {
        hint: 'name one file, or pipe several: `cat folder/*.ndjson | tributary check -`',
      })
    }
    const head = new Uint8Array(8)
    await handle.read(head, 0, head.length, 0)
    refuseForeign(file, head)
    if (compressionOf(head) !== 'none') {
      throw new TributaryError('TRIBUTARY_BAD_DATA', `${file} is packed`, {
        hint: `unpack it on the way: \`zcat ${file} | tributary check -\` (zstdcat for zstd)`,
      })
    }
    return stat.size
  } catch (error) {
    if (error instanceof TributaryError) throw error
    const { code } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code ?? String(error)})`
    throw new TributaryError('TRIBUTARY_BAD_DATA', `${file} ${why}`, { cause: error })
  }
}

const formatJson = (finding: Finding): string => `${JSON.stringify(finding)}\n`

const formatText =
  (colors: ReturnType<typeof colorsOf>) =>
  ({ line, item, reason, field, found, cure }: Finding): string => {
    const place = line === undefined ? `item ${item}` : `line ${line}`
    const what = `${field === '' ? 'the value' : field} is ${found}`
    return `${place}: ${colors.red(reason)}: ${what}\n  ${colors.cyan('cure:')} ${cure}\n`
  }

function formatSummary({ events, refused, foreign }: CheckSummary, shown: number): string {
  const count = [...refused.values()].reduce((sum, n) => sum + n, 0)
  const hidden = count - shown
  const more = hidden > 0 ? [`… and ${hidden} more refusals; --max or --json show them all`] : []
  const reasons = REJECTION_REASONS.flatMap((reason) => {
    const n = refused.get(reason)
    return n === undefined ? [] : [`  ${reason}: ${n}`]
  })
  const total = `${events} events: ${events - count} valid, ${count} refused`
  const hints = [...foreign].map(([action, n]) => formatHint(action, n))
  return `${[...more, total, ...reasons, ...hints].join('\n')}\n`
}

/** Such an event is valid, but it is not taken for what its sender means. */
function formatHint(actionType: string, n: number): string {
  const { platforms, action } = foreignHint(actionType)!
  const events = n === 1 ? '1 event' : `${n} events`
  return (
    `hint: ${events} with action_type "${actionType}", a name of ${platforms.join(', ')}; ` +
    `ours is "${action}" (schemas/MAPPINGS.md)`
  )
}

function toCount(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Not a whole number.')
  return Number(text)
}
