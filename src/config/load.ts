// Loads the configuration: flag > environment > file > default. The only file that reads
// process.env. Every mistake of every source is reported at once; what comes back is frozen and
// complete.
import { toConfig, type Config } from './config.ts'
import { KEYS, KEY_BY_NAME } from './keys.ts'
import { ConfigError, shown, type Mistake } from './mistakes.ts'
import { configSchema, type ConfigInput } from './schema.ts'
import {
  fromEnvironment,
  fromFile,
  type Environment,
  type RawValue,
  type RawValues,
} from './sources.ts'

/** An option that sets a key: { option: '--clickhouse', key: 'clickhouse.url', value }. */
export interface Flag {
  readonly option: string
  readonly key: string
  /** undefined: not given. */
  readonly value: unknown
}

export interface ConfigSources {
  readonly flags?: readonly Flag[]
  readonly env?: Environment
  /** YAML or JSON; what `--config` names. */
  readonly file?: string | undefined
}

/**
 * The configuration of this process, frozen.
 * @throws ConfigError (TRIBUTARY_CONFIG, exit 78) that lists every mistake.
 */
export function loadConfig(sources: ConfigSources = {}): Config {
  return toConfig(loadGiven(sources).parsed)
}

export interface Given {
  /** What was given by key, with its place; keys left at their default are absent. */
  readonly values: RawValues
  readonly parsed: ConfigInput
}

/** What was given, and what it means. @throws ConfigError, as `loadConfig`. */
export function loadGiven({ flags = [], env = process.env, file }: ConfigSources = {}): Given {
  const mistakes: Mistake[] = []
  const values: RawValues = file === undefined ? new Map() : fromFile(file, mistakes)
  for (const [name, value] of fromEnvironment(env, mistakes)) values.set(name, value)
  for (const { option, key, value } of flags) {
    if (value !== undefined) values.set(key, { value, where: option })
  }
  const result = configSchema.safeParse(nest(values))
  for (const issue of result.error?.issues ?? []) mistakes.push(toMistake(issue, values))
  if (mistakes.length > 0 || !result.success) throw new ConfigError(mistakes)
  return { values, parsed: result.data }
}

/** Do the variables of OpenTelemetry ask for traces? Its SDK reads where they go, and all else. */
export function wantsTraces(env: Environment = process.env): boolean {
  if (env['OTEL_SDK_DISABLED']?.toLowerCase() === 'true') return false
  const exporters = env['OTEL_TRACES_EXPORTER']
  if (exporters) return exporters.split(',').includes('otlp')
  return Boolean(env['OTEL_EXPORTER_OTLP_ENDPOINT'] || env['OTEL_EXPORTER_OTLP_TRACES_ENDPOINT'])
}

function nest(values: RawValues): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const { path, name } of KEYS) {
    const given = values.get(name)
    if (given === undefined) continue
    const [first = '', second] = path
    if (second === undefined) tree[first] = given.value
    else
      ((tree[first] as Record<string, unknown> | undefined) ?? (tree[first] = {}))[second] =
        given.value
  }
  return tree
}

interface Issue {
  readonly code: string | undefined
  readonly path: readonly PropertyKey[]
  readonly message: string
}

/** One line for one issue: the place a person wrote, the place inside it, what was expected. */
function toMistake(issue: Issue, values: RawValues): Mistake {
  const depth = KEY_BY_NAME.has(issue.path.slice(0, 2).join('.')) ? 2 : 1
  const name = issue.path.slice(0, depth).join('.')
  const key = KEY_BY_NAME.get(name)
  const given = values.get(name)
  const inside = issue.path.slice(depth).map(String)
  const where = given?.where ?? key?.variable ?? name
  return {
    where: inside.length > 0 ? `${where}: ${inside.join('.')}` : where,
    what: issue.message + (key?.meta.secret ? '' : gotten(issue, inside, given)),
  }
}

function gotten(issue: Issue, inside: readonly string[], given: RawValue | undefined): string {
  if (given === undefined || issue.code === 'custom') return ''
  return inside.length > 0 ? '' : `, got ${shown(given.value)}`
}
