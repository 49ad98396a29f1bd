import { describe, expect, it } from 'vitest'
import { isPlainIdentifier } from '../../src/schema/identifiers.ts'

describe('a plain identifier', () => {
  it.each([
    'ada@example.com',
    '  ada@example.com\n',
    'a@b.c',
    'ada+shop@mail.example.co.uk',
    'Ädä@exämple.com',
    '+491701234567',
    '+49 (170) 123-45.67/8',
    '+1234567',
    '+123456789012345',
    '0170 1234567',
    '(030)1234567',
    '030/123456',
    '555-0199-1',
    '192.168.10.100',
  ])('%j is one', (text) => {
    expect(isPlainIdentifier(text)).toBe(true)
  })

  it.each([
    '',
    'user@host',
    'user@host.',
    '@example.com',
    'user@.com',
    'ada lovelace@example.com',
    'ada@exam ple.com',
    '491701234567',
    '+123456',
    '+1234567890123456',
    '123-456',
    '1234567890-123456',
    '1234567890.1700000000',
    'GA1.2.1234567890.1700000000',
    '123e4567-e89b-12d3-a456-426614174000',
    '4917+01234567',
    '+49170123456x',
    '++491701234567',
    '0170\u00a01234567',
    '5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8',
    '+',
    '@.',
  ])('%j is none', (text) => {
    expect(isPlainIdentifier(text)).toBe(false)
  })

  it('is told apart in linear time', () => {
    const started = performance.now()
    isPlainIdentifier('@.'.repeat(200_000) + ' ')
    expect(performance.now() - started).toBeLessThan(5_000)
  })
})
