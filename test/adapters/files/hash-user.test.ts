// `--hash-users` makes of a plain identifier what schemas/keying asks producers for.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { hashPlainIdentifier, hashUserOfLine } from '../../../src/adapters/files/hash-user.ts'
import { isPlainIdentifier } from '../../../src/schema/identifiers.ts'

const page = readFileSync(new URL('../../../schemas/keying/README.md', import.meta.url), 'utf8')
/** Rows of the table: as a person wrote it, what is hashed, the hash. */
const rows = [...page.matchAll(/^\| `([^`]+)` +\| `([^`]+)` +\| `([0-9a-f]{64})` +\|$/gm)].map(
  ([, raw = '', normal = '', hash = '']) => ({ raw, normal, hash }),
)

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

describe('a plain identifier', () => {
  it('is hashed as schemas/keying says', () => {
    expect(rows.length).toBeGreaterThan(2)
    for (const { raw, normal, hash } of rows) {
      expect([raw, isPlainIdentifier(raw)]).toEqual([raw, true])
      expect([normal, sha256(normal)]).toEqual([normal, hash])
      expect([raw, hashPlainIdentifier(raw)]).toEqual([raw, hash])
    }
  })

  it('with a plus sign that is an address keeps its letters', () => {
    expect(hashPlainIdentifier('+Ada@Example.com')).toBe(sha256('+ada@example.com'))
  })

  it('is hashed once: hashes and ids stay', () => {
    for (const text of [rows[0]!.hash, 'ga.1234.5678', '491701234567']) {
      expect(hashPlainIdentifier(text)).toBe(text)
    }
  })

  it('is hashed in a line, which else stays as it is', () => {
    const { raw, hash } = rows[0]!
    const line = (user: unknown) => Buffer.from(JSON.stringify({ event_id: 'e', user_hash: user }))
    expect(hashUserOfLine(line(raw))).toEqual({ event_id: 'e', user_hash: hash })
    for (const same of [line('u1'), line(17), Buffer.from('[1]'), Buffer.from([0xff])]) {
      expect(hashUserOfLine(same)).toBe(same)
    }
  })
})
