// The schema's leaves as a flat list: one entry per setting, with its three names. Everything that
// lists settings (sources, `config print`, the documents) walks this, in the order of the schema.
import * as z from 'zod'
import { configSchema } from './schema.ts'
import type { KeyMeta } from './fields.ts'

export interface Key {
  /** Path in the file: ['kafka', 'brokers']. */
  readonly path: readonly string[]
  /** `kafka.brokers`. */
  readonly name: string
  /** `TRIBUTARY_KAFKA__BROKERS`. */
  readonly variable: string
  readonly meta: KeyMeta
  /** The default as written in a file; undefined: empty or computed, see `meta.defaultText`. */
  readonly fallback: unknown
}

export const VARIABLE_PREFIX = 'TRIBUTARY_'

function keysOf(shape: Readonly<Record<string, z.ZodType>>, parents: readonly string[]): Key[] {
  return Object.entries(shape).flatMap(([part, schema]) => {
    const path = [...parents, part]
    const inner = schema instanceof z.ZodPrefault ? schema.unwrap() : schema
    if (inner instanceof z.ZodObject) return keysOf(inner.shape, path)
    return [leaf(path, schema)]
  })
}

function leaf(path: readonly string[], schema: z.ZodType): Key {
  return {
    path,
    name: path.join('.'),
    variable: VARIABLE_PREFIX + path.join('__').toUpperCase(),
    meta: schema.meta() as unknown as KeyMeta,
    fallback: schema instanceof z.ZodPrefault ? schema.def.defaultValue : undefined,
  }
}

export const KEYS: readonly Key[] = keysOf(configSchema.shape, [])
export const KEY_BY_NAME: ReadonlyMap<string, Key> = new Map(KEYS.map((key) => [key.name, key]))
