// Whatever the bytes: the parser never throws, gives one event or one reason of the closed list,
// and says what the contract says, whichever of its two paths a record takes.
import { isDeepStrictEqual } from 'node:util'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { REJECTION_REASONS } from '../../src/core/event.ts'
import type { RejectionReason } from '../../src/core/event.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { acceptEvent } from '../../src/schema/accept-event.ts'
import { isFlatAndSmall } from '../../src/schema/flat-object.ts'
import { createEventParser } from '../../src/schema/parse-event.ts'
import { refusalOf } from '../../src/schema/refusal.ts'
import { parseTimestamp } from '../../src/schema/timestamp.ts'
import { judgePlainly } from './plain-contract.ts'
import { wireEvent } from './wire-events.ts'

const parser = createEventParser(DEFAULT_SETTINGS)
const bytesOf = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value))
/** vitest's comparison alone would take most of the time. */
const expectSame = (actual: unknown, expected: unknown): void => {
  if (!isDeepStrictEqual(actual, expected)) expect(actual).toEqual(expected)
}
const anyShare = fc.constantFrom(0, 2, 8, 30).chain(wireEvent)

describe('the event parser', { timeout: 60_000 }, () => {
  it('says of any event what the plain reading of the contract says', () => {
    const seen = new Map<string, number>()
    fc.assert(
      fc.property(anyShare, (wire) => {
        const bytes = bytesOf(wire)
        const result = parser.parse(bytes)
        const key = typeof result === 'string' ? result : 'event'
        seen.set(key, (seen.get(key) ?? 0) + 1)
        expectSame(result, judgePlainly(JSON.parse(Buffer.from(bytes).toString())))
      }),
      { numRuns: 3000 },
    )
    const ofValues = REJECTION_REASONS.slice(1, REJECTION_REASONS.indexOf('key_mismatch'))
    expect([...seen.keys()].sort()).toEqual([...ofValues, 'event'].sort())
  })

  it('says the same of an object as of its JSON', () => {
    fc.assert(
      fc.property(anyShare, (wire) => {
        const sent: unknown = JSON.parse(JSON.stringify(wire))
        expectSame(parser.parseObject(sent), parser.parse(bytesOf(wire)))
      }),
      { numRuns: 1000 },
    )
  })

  it('accepts by hand nothing that the contract refuses, and reads the same time', () => {
    let accepted = 0
    let valid = 0
    fc.assert(
      fc.property(anyShare, (generated) => {
        const wire = JSON.parse(JSON.stringify(generated)) as Record<string, unknown>
        const refusal = refusalOf(wire)
        if (refusal === null) valid++
        const timeMs = isFlatAndSmall(wire) ? acceptEvent(wire) : -1
        if (timeMs === -1) return
        accepted++
        expect(refusal).toBeNull()
        expect(timeMs).toBe(parseTimestamp(wire['timestamp']))
      }),
      { numRuns: 2500 },
    )
    expect(accepted).toBeGreaterThan(valid / 3)
  })

  it('survives 20,000 mutated records with one event or one known reason each', () => {
    const known: ReadonlySet<unknown> = new Set<RejectionReason>(REJECTION_REASONS)
    const mutation = fc.record({
      at: fc.nat(),
      remove: fc.nat({ max: 3 }),
      insert: fc.oneof(
        fc.uint8Array({ maxLength: 4 }),
        fc
          .constantFrom(
            '"',
            '\\',
            '\\ud800',
            '{',
            '}',
            '[',
            ',',
            ':',
            'null',
            '1e999',
            '\ufeff',
            '\0',
          )
          .map((text) => new Uint8Array(Buffer.from(text))),
      ),
    })
    const mutated = fc
      .tuple(wireEvent(4), fc.array(mutation, { maxLength: 3 }))
      .map(([wire, mutations]) => {
        let bytes = Buffer.from(bytesOf(wire))
        for (const { at, remove, insert } of mutations) {
          const i = at % (bytes.length + 1)
          bytes = Buffer.concat([bytes.subarray(0, i), insert, bytes.subarray(i + remove)])
        }
        return bytes
      })
    const records = fc.oneof({ weight: 9, arbitrary: mutated }, fc.uint8Array({ maxLength: 64 }))
    const kinds = new Set<string>()
    fc.assert(
      fc.property(records, (bytes) => {
        const result = parser.parse(bytes)
        if (typeof result === 'string') expect(known.has(result)).toBe(true)
        else expect(Number.isInteger(result.timeMs)).toBe(true)
        kinds.add(typeof result)
      }),
      { numRuns: 20_000 },
    )
    expect(kinds.size).toBe(2)
  })
})
