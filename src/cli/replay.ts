// `tributary replay`: journeys, credit and every other number from files, on one's own data.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { exportViews } from '../adapters/clickhouse/export-views.ts'
import type { FileFormat, FileInput } from '../adapters/files/file-input.ts'
import { findFiles } from '../adapters/files/locate-files.ts'
import { openFiles } from '../adapters/files/open-files.ts'
import { RejectedFile } from '../adapters/files/rejected-file.ts'
import { MemoryDeadLetters } from '../adapters/memory/memory-dead-letters.ts'
import type { DeadLetterSink } from '../ports/dead-letter-sink.ts'
import { loadConfig } from '../config/load.ts'
import type { Settings } from '../core/settings.ts'
import { TributaryError } from '../ports/errors.ts'
import { createEventParser } from '../schema/parse-event.ts'
import { fileSpan } from './file-spans.ts'
import { interruptible } from './interrupt.ts'
import { openLocalLedger } from './local-ledger.ts'
import type { LedgerPlace, LocalLedger } from './local-ledger.ts'
import { LocalRun } from './local-run.ts'
import { configOption, jsonOption, quietOption } from './options.ts'
import { createFileProgress } from './file-progress.ts'
import { printReport, readReport } from './replay-report.ts'
import type { ReplayReport } from './replay-report.ts'

const DEFAULT_FOLDER = '.tributary/replay'
const ANEW = 'Nothing was written to --out; the next run starts anew.'

export function replayCommand() {
  return new Command('replay')
    .description(
      'compute every number from event files (NDJSON, CSV, Parquet; also gz, zst, folders)',
    )
    .argument('<file...>', 'files or folders, read in order of event time')
    .option(
      '--out <dir>',
      'write the seven bi_ views as CSV, and refused records, into this folder',
    )
    .option('--map <field=column,...>', 'columns of a CSV or Parquet file by our names', toMap)
    .option('--tz <zone>', 'zone of times without one (default: UTC)')
    .option('--hash-users', 'replace plain e-mails and phone numbers by their SHA-256')
    .addOption(
      new Option(
        '--format <name>',
        'format of the files (default: by name, else by content)',
      ).choices(['ndjson', 'csv', 'parquet'] as const),
    )
    .option('--open', 'leave paths open whose time has not come at the end of the data')
    .option('--db <dir>', `folder of the ledger, emptied first (default: ${DEFAULT_FOLDER})`)
    .option('--clickhouse <url>', 'an empty database of a ClickHouse server instead of a folder')
    .option('--database <name>', 'database on that server')
    .addOption(configOption())
    .addOption(quietOption())
    .addOption(jsonOption())
    .action(async (paths, options) => {
      const { settings } = loadConfig({ file: options.config })
      await findFiles(paths)
      await interruptible((signal) => replay(paths, { ...options, settings, signal }), ANEW)
    })
}

interface ReplayOptions extends LedgerPlace {
  readonly out?: string | undefined
  readonly map?: ReadonlyMap<string, string> | undefined
  readonly tz?: string | undefined
  readonly hashUsers?: true | undefined
  readonly format?: FileFormat | undefined
  readonly open?: true | undefined
  readonly quiet?: true | undefined
  readonly json?: true | undefined
  readonly settings: Settings
  readonly signal: AbortSignal
}

async function replay(paths: readonly string[], options: ReplayOptions): Promise<void> {
  const ledger = await openLocalLedger(options, DEFAULT_FOLDER)
  const scratch = await mkdtemp(join(ledger.folder ?? tmpdir(), 'scratch-'))
  try {
    const input = await openInput(paths, ledger, scratch, options)
    try {
      await applyAll(input, ledger, { ...options, paths })
    } finally {
      await input.close()
    }
  } finally {
    await ledger.db.close()
    await rm(scratch, { recursive: true, force: true })
  }
}

function openInput(
  paths: readonly string[],
  ledger: LocalLedger,
  workDir: string,
  options: ReplayOptions,
): Promise<FileInput> {
  return openFiles(paths, {
    map: options.map ?? new Map(),
    timeZone: options.tz ?? 'UTC',
    hashUsers: options.hashUsers === true,
    settings: options.settings,
    workDir,
    signal: options.signal,
    onProgress: createFileProgress(options.quiet === true),
    ...(ledger.enginePath === null ? {} : { enginePath: ledger.enginePath }),
    ...(options.format === undefined ? {} : { format: options.format }),
  })
}

async function applyAll(
  input: FileInput,
  ledger: LocalLedger,
  options: ReplayOptions & { readonly paths: readonly string[] },
): Promise<void> {
  const { settings, signal, out, paths } = options
  const rejected = out === undefined ? null : new RejectedFile(out)
  const deadLetters: DeadLetterSink = rejected ?? new MemoryDeadLetters()
  const run = new LocalRun({ ledger, topic: 'replay', settings, deadLetters })
  try {
    await run.start()
    const parser = createEventParser(settings)
    let next = 0
    for await (const batch of input.batches()) {
      signal.throwIfAborted()
      await run.apply(fileSpan(input, batch, next, parser))
      next += batch.values.length
    }
    signal.throwIfAborted()
    await run.finish(options.open === true ? 'due' : 'all')
    signal.throwIfAborted()
    const report = await readReport(ledger.db, run.worker)
    if (options.format === undefined && !isNamedNdjson(input)) refuseNoEvents(report, paths)
    if (out !== undefined) await exportViews(ledger.db, out)
    await rejected?.finish()
    printReport(report, { input, ledger, out, json: options.json === true })
  } catch (error) {
    await run.stop()
    await rejected?.discard()
    throw error
  }
}

/**
 * NDJSON by its name, or something else: then a line that is no JSON is a refused record, always.
 */
const isNamedNdjson = ({ files }: FileInput): boolean =>
  files.some(({ path, format }) => format !== 'ndjson' || /\.(ndjson|jsonl)\b/.test(path))

/** Files none of whose lines is JSON are no events with mistakes in them, but something else. */
function refuseNoEvents(report: ReplayReport, paths: readonly string[]): void {
  const outcomes = Object.keys(report.records)
  if (outcomes.length !== 1 || outcomes[0] !== 'rejected: invalid_json') return
  throw new TributaryError(
    'TRIBUTARY_BAD_DATA',
    `no line of ${paths.join(', ')} is a JSON object`,
    { hint: 'NDJSON has one event per line; `tributary check FILE` explains each line.' },
  )
}

function toMap(
  text: string,
  before: ReadonlyMap<string, string> = new Map(),
): ReadonlyMap<string, string> {
  const map = new Map(before)
  for (const pair of text.split(',')) {
    const at = pair.indexOf('=')
    if (at < 1 || at === pair.length - 1) {
      throw new InvalidArgumentError('Expected field=column, for example user_hash=user_id.')
    }
    const field = pair.slice(0, at)
    if (map.has(field)) throw new InvalidArgumentError(`${field} is mapped twice.`)
    map.set(field, pair.slice(at + 1))
  }
  return map
}
