// The configuration as a person would write it in a file: what is in force, where it came from,
// secrets hidden. For `config print`, whose output can be used as a `--config` file (but for the
// secrets).
import { Document, isCollection, isNode } from 'yaml'
import { formatDuration } from './duration.ts'
import { jsonFromText } from './fields.ts'
import { KEYS, type Key } from './keys.ts'
import { loadGiven, type ConfigSources } from './load.ts'
import type { ConfigInput } from './schema.ts'
import type { RawValue } from './sources.ts'

export interface EffectiveValue {
  readonly key: Key
  /** As it may be shown: a password is `***`. */
  readonly value: unknown
  /** Where it was given; 'default' when it was not. */
  readonly origin: string
}

/** Every setting with the value in force. @throws ConfigError that lists every mistake. */
export function effectiveValues(sources: ConfigSources = {}): EffectiveValue[] {
  const { values, parsed } = loadGiven(sources)
  return KEYS.map((key) => {
    const given = values.get(key.name)
    return {
      key,
      value: redact(key, inForce(key, parsed, given)),
      origin: given?.where ?? 'default',
    }
  })
}

/** Durations and goals as written, since their parsed forms are the program's; the rest parsed. */
function inForce(key: Key, parsed: ConfigInput, given: RawValue | undefined): unknown {
  if (key.name === 'goals') return jsonFromText(given?.value ?? key.fallback)
  if (key.name === 'kafka.dlq') return parsed.kafka.dlq || `${parsed.kafka.topic}.dlq`
  const value = key.path.reduce<unknown>(
    (node, part) => (node as Record<string, unknown>)[part],
    parsed,
  )
  return key.meta.kind === 'duration' ? formatDuration(value as number) : value
}

function redact(key: Key, value: unknown): unknown {
  if (key.meta.secret === undefined || value === '') return value
  if (key.meta.secret === true) return '***'
  const url = new URL(value as string)
  if (url.password === '') return value
  url.password = '***'
  return url.href
}

/** The values as a tree, as a file holds them. */
export function toTree(values: readonly EffectiveValue[]): Record<string, unknown> {
  const tree: Record<string, unknown> = {}
  for (const { key, value } of values) {
    const [first = '', second] = key.path
    if (second === undefined) tree[first] = value
    else tree[first] = { ...(tree[first] as object | undefined), [second]: value }
  }
  return tree
}

/** The values as YAML; those that are not the default say in a comment where they were given. */
export function toYaml(values: readonly EffectiveValue[]): string {
  const document = new Document(toTree(values))
  for (const { key, origin } of values) {
    const node: unknown = document.getIn(key.path, true)
    if (!isNode(node)) continue
    if (isCollection(node)) node.flow = true
    if (origin !== 'default') node.comment = ` ${origin}`
  }
  return document.toString({ lineWidth: 0 })
}
