// schemas/asyncapi.yaml is valid to the parser of AsyncAPI, and says what the worker does; the
// schema of dead letters describes those that are written.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Parser } from '@asyncapi/parser'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { messageOf } from '../../src/adapters/kafka/dead-letters-message.ts'
import { REJECTION_REASONS } from '../../src/core/event.ts'
import type { DeadLetter } from '../../src/ports/dead-letter-sink.ts'
import { REASONS } from '../../src/schema/reasons.ts'

const fileOf = (name: string): string =>
  fileURLToPath(new URL(`../../schemas/${name}`, import.meta.url))
const read = (name: string): string => readFileSync(fileOf(name), 'utf8')

describe('schemas/asyncapi.yaml', () => {
  it('is valid, with its schemas and examples', async () => {
    const source = fileOf('asyncapi.yaml')
    const { document, diagnostics } = await new Parser().parse(read('asyncapi.yaml'), { source })
    // A newer version of AsyncAPI is no mistake: fewer programs read it.
    const mistakes = diagnostics.filter(({ code }) => code !== 'asyncapi-latest-version')
    expect(mistakes).toEqual([])
    const channels = document!.channels().all()
    expect(channels.map((channel) => channel.address())).toEqual(['events', 'events.dlq'])
    const event = document!.messages().filterBy((message) => message.name() === 'event')[0]!
    expect(event.payload()?.json()).toMatchObject({
      title: 'Tributary event',
      required: ['event_id', 'user_hash', 'timestamp', 'channel', 'action_type'],
    })
    expect(event.examples().all().length).toBeGreaterThan(5)
  })
})

describe('schemas/dead-letter.schema.json', () => {
  const json = JSON.parse(read('dead-letter.schema.json')) as {
    properties: Record<string, { enum?: readonly string[] }>
  }
  const schema = z.fromJSONSchema(json as Parameters<typeof z.fromJSONSchema>[0])

  const letterOf = (reason: string, bytes = 20): DeadLetter => {
    const isOutcome = reason === 'late' || reason === 'overflow'
    return {
      topic: 'events',
      partition: 3,
      record: {
        offset: 2 ** 40,
        timeMs: 1_760_000_000_123,
        key: Buffer.alloc(bytes, 'k'),
        value: Buffer.alloc(bytes, 'v'),
        headers: { trace: Buffer.alloc(bytes, 't') },
      },
      outcome: isOutcome ? reason : 'rejected',
      reason: isOutcome ? '' : (reason as DeadLetter['reason']),
    }
  }
  const headersOf = (letter: DeadLetter, room = 1_000_000): Record<string, string> => {
    const { headers = {} } = messageOf(letter, room).message
    return Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, String(text)]))
  }

  it('names every reason that a letter can have, and no other', () => {
    const reasons = REJECTION_REASONS.filter((reason) => reason !== 'undecodable_batch')
    expect(json.properties['tributary.reason']?.enum).toEqual([...reasons, 'late', 'overflow'])
    expect(Object.keys(REASONS)).toEqual(expect.arrayContaining([...reasons]))
  })

  it('holds for every letter that is written, whole or cut, and knows all its headers', () => {
    const seen = new Set<string>()
    for (const reason of json.properties['tributary.reason']?.enum ?? []) {
      for (const headers of [
        headersOf(letterOf(reason)),
        headersOf(letterOf(reason, 5_000), 2_000),
      ]) {
        expect(schema.safeParse(headers).error).toBeUndefined()
        for (const name of Object.keys(headers)) seen.add(name)
      }
    }
    seen.delete('trace')
    expect([...seen].sort()).toEqual(Object.keys(json.properties).sort())
  })

  it('refuses headers of something else', () => {
    const headers = headersOf(letterOf('late'))
    expect(schema.safeParse({ ...headers, 'tributary.reason': 'tired' }).success).toBe(false)
    const { 'tributary.timestamp': _, ...without } = headers
    expect(schema.safeParse(without).success).toBe(false)
  })
})
