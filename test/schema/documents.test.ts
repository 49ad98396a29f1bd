// schemas/ is what producers rely on: generated files are up to date, every example is what it
// says.
import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { documents } from '../../schemas/documents.ts'
import { REJECTION_REASONS } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { createRecordParser } from '../../src/schema/record.ts'

const FOLDER = join(import.meta.dirname, '../../schemas')
const read = (...path: readonly string[]): string => readFileSync(join(FOLDER, ...path), 'utf8')
const files = (folder: string): string[] => readdirSync(join(FOLDER, 'examples', folder))

interface InvalidExample {
  readonly reason: string
  readonly because: string
  readonly event?: { readonly user_hash: unknown }
  readonly value?: string
  readonly key?: string | null
  readonly partition?: number
  readonly partitions?: number
}

const invalid = (name: string): InvalidExample =>
  JSON.parse(read('examples', 'invalid', name)) as InvalidExample

/**
 * Reasons that a JSON Schema cannot express: they need several fields, the key, the size or the
 * dates.
 */
const BEYOND_JSON_SCHEMA = new Set([
  'metadata_too_large',
  'raw_identifier',
  'missing_currency',
  'value_digits',
  'value_too_large',
  'negative_value',
  'key_mismatch',
  'wrong_partition',
])

describe('the generated documents', async () => {
  it.each([...(await documents())])('%s is up to date', (name, text) => {
    expect(read(name)).toBe(text)
  })
})

describe('the example events', () => {
  const jsonSchema = z.fromJSONSchema(
    JSON.parse(read('event.schema.json')) as Parameters<typeof z.fromJSONSchema>[0],
  )

  it.each(files('valid'))('%s is accepted, by the JSON Schema too', (name) => {
    const text = read('examples', 'valid', name)
    expect(createEventParser(DEFAULT_SETTINGS).parse(Buffer.from(text))).toBeTypeOf('object')
    expect(jsonSchema.safeParse(JSON.parse(text)).success).toBe(true)
  })

  it.each(files('invalid'))('%s is refused for its reason', (name) => {
    const { reason, event, value, key, partition = 0, partitions = 1 } = invalid(name)
    const record = {
      offset: 0,
      key: key === null ? null : Buffer.from(key ?? String(event?.user_hash)),
      value: Buffer.from(value ?? JSON.stringify(event)),
    }
    const parser = createRecordParser(DEFAULT_SETTINGS, {
      partitioner: 'murmur2',
      counts: [{ fromOffset: 0, count: partitions }],
    })
    expect(parser.parse(record, partition)).toBe(reason)
  })

  it('show every reason that a record can have', () => {
    const shown = new Set(files('invalid').map((name) => invalid(name).reason))
    expect([...shown].sort()).toEqual(
      REJECTION_REASONS.filter((reason) => reason !== 'undecodable_batch').toSorted(),
    )
  })

  it('are refused by the JSON Schema where it can tell', () => {
    for (const name of files('invalid')) {
      const { reason, because, event } = invalid(name)
      if (event === undefined || BEYOND_JSON_SCHEMA.has(reason)) continue
      const refused = !jsonSchema.safeParse(event).success
      expect(`${name}: ${refused}`).toBe(`${name}: ${because !== 'there is no such day'}`)
    }
  })
})
