// `tributary journey`: one person's journey graph from the state that `replay` or `demo` left, or
// from the one that workers keep in Redis.
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { Command, InvalidArgumentError, Option } from '@commander-js/extra-typings'
import { colorsOf } from './colors.ts'
import { findJourney, stateFile } from '../adapters/memory/state-file.ts'
import type { StoredJourney } from '../adapters/memory/state-file.ts'
import { loadConfig } from '../config/load.ts'
import { Dictionary } from '../core/dictionary.ts'
import { MODELS } from '../core/event.ts'
import { buildGraph } from '../core/graph/build-graph.ts'
import type { JourneyGraph } from '../core/graph/journey-graph.ts'
import { forgettingMs } from '../core/graph/reading.ts'
import { Journey } from '../core/journey.ts'
import { PERSON_BYTES } from '../core/person-bytes.ts'
import { formatTime } from '../core/utc.ts'
import { TributaryError } from '../ports/errors.ts'
import { isPlainIdentifier } from '../schema/identifiers.ts'
import { journeyDot } from './journey-dot.ts'
import { journeyJson } from './journey-json.ts'
import { findLiveJourney } from './journey-live.ts'
import { journeyMermaid } from './journey-mermaid.ts'
import { journeyTable } from './journey-table.ts'
import { configOption, jsonOption } from './options.ts'

const FORMATS = ['table', 'json', 'mermaid', 'dot'] as const
const DEFAULT_FOLDERS = ['.tributary/replay', '.tributary/demo'] as const

const HELP = `
The id is the user_hash as it was sent: nothing is trimmed, folded or hashed. After a replay with
--hash-users that is the SHA-256, in hex, of the trimmed, lower-case e-mail address, or of the phone
number without its separators.
--live reads the state of the workers in Redis, beside them: that of TRIBUTARY_REDIS__URL and
TRIBUTARY_KAFKA__TOPIC, in the partition of the id. Without --db and --live it is the folder's.
Exit codes: 65 when no journey of this person is held: never seen, or all of it forgotten.
Pictures:  tributary journey ID --format dot | dot -Tsvg > journey.svg
           tributary journey ID --format mermaid    (paste into Markdown, or https://mermaid.live)`

export function journeyCommand() {
  return new Command('journey')
    .description("show one person's journey: touchpoints, conversions, credit and why")
    .argument('<user_hash>', 'the person, as sent in user_hash')
    .option(
      '--db <dir>',
      `folder of a replay or demo (default: ${DEFAULT_FOLDERS.join(', else ')})`,
    )
    .addOption(new Option('--live', 'from the state of the workers in Redis').conflicts('db'))
    .addOption(
      new Option('--partition <number>', 'in this partition of the topic (implies --live)')
        .argParser(toPartition)
        .conflicts('db'),
    )
    .addOption(configOption())
    .addOption(new Option('--format <name>', 'how to print').choices(FORMATS).default('table'))
    .addOption(
      new Option('--model <name>', 'credit of this model alone, with money').choices(MODELS),
    )
    .addOption(jsonOption())
    .addHelpText('after', HELP)
    .action(async (userHash, { db, live, partition, config, format, model, json }) => {
      const person = createHash('sha256').update(userHash).digest().subarray(0, PERSON_BYTES)
      const stored =
        live === true || partition !== undefined
          ? await fromWorkers({ userHash, person, partition, file: config })
          : await findJourney(stateFile(db ?? defaultFolder()), person)
      const graph = graphOf(stored, userHash)
      const shown = model === undefined ? graph : withModel(graph, model)
      process.stdout.write(print(shown, json ? 'json' : format, userHash))
    })
}

interface Wanted {
  readonly userHash: string
  readonly person: Uint8Array
  readonly partition: number | undefined
  /** What `--config` names. */
  readonly file: string | undefined
}

async function fromWorkers({ file, ...wanted }: Wanted): Promise<StoredJourney> {
  const config = loadConfig({ file })
  const { remarks, ...found } = await findLiveJourney({ ...wanted, config })
  for (const remark of remarks) process.stderr.write(`note: ${remark}\n`)
  return { ...found, settings: config.settings }
}

function toPartition(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Not the number of a partition.')
  return Number(text)
}

type Format = (typeof FORMATS)[number]

function defaultFolder(): string {
  return DEFAULT_FOLDERS.find((folder) => existsSync(stateFile(folder))) ?? DEFAULT_FOLDERS[0]
}

function print(graph: JourneyGraph, format: Format, userHash: string): string {
  switch (format) {
    case 'table':
      return journeyTable(graph, userHash, {
        colors: colorsOf(process.stdout),
      })
    case 'json':
      return journeyJson(graph, userHash)
    case 'mermaid':
      return journeyMermaid(graph)
    case 'dot':
      return journeyDot(graph)
  }
}

function graphOf(stored: StoredJourney, userHash: string): JourneyGraph {
  const { meta, settings, bytes } = stored
  const dictionary = new Dictionary(settings.dimensionValuesMax)
  dictionary.restore(stored.dictionary)
  const context = { settings, dictionary, streamTimeMs: meta.streamTimeMs }
  if (bytes === null) throw unknownPerson(userHash, forgettingMs(context))
  const words = new Int32Array(bytes.slice().buffer)
  const journey = new Journey()
  journey.decode(words, 0, words.length)
  return buildGraph(journey, context)
}

function withModel(graph: JourneyGraph, model: string): JourneyGraph {
  const conversions = graph.conversions.map((conversion) => ({
    ...conversion,
    credits: conversion.credits.filter((credit) => credit.model === model),
  }))
  return { ...graph, conversions }
}

function unknownPerson(userHash: string, forgottenMs: number): TributaryError {
  const before = forgottenMs > 0 ? formatTime(forgottenMs) : ''
  const hint = isPlainIdentifier(userHash)
    ? 'This is a plain address or number, and ids are looked up as they were sent: give the user_hash.'
    : before === ''
      ? 'The state is empty.'
      : `Either the id was never sent like this, or the journey ended before ${before} UTC and has been forgotten; its numbers stay in the ledger.`
  return new TributaryError('TRIBUTARY_BAD_DATA', 'No journey of this person is held.', { hint })
}
