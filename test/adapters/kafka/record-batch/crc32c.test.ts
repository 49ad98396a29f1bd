import { fc, test } from '@fast-check/vitest'
import { expect, it } from 'vitest'
import { crc32c } from '../../../../src/adapters/kafka/record-batch/crc32c.ts'

it.each([
  ['nothing', Buffer.alloc(0), 0],
  ['123456789', Buffer.from('123456789'), 0xe3069283],
  // RFC 3720, appendix B.4.
  ['32 zeros', Buffer.alloc(32), 0x8a9136aa],
  ['32 times 0xff', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['0 to 31', Buffer.from(Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e],
  ['31 to 0', Buffer.from(Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c],
])('knows the checksum of %s', (_, bytes, checksum) => {
  expect(crc32c(bytes)).toBe(checksum)
})

/** Bit by bit, as the polynomial says. */
function slowly(bytes: Uint8Array): number {
  let crc = 0xffffffff
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1
  }
  return ~crc >>> 0
}

test.prop([fc.uint8Array({ maxLength: 100 }), fc.nat(20), fc.nat(20)])(
  'is the same as bit by bit, of any part',
  (bytes, from, short) => {
    const to = Math.max(from, bytes.length - short)
    expect(crc32c(bytes, from, to)).toBe(slowly(bytes.subarray(from, to)))
  },
)
