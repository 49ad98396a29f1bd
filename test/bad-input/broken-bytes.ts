// Bytes that were a record once: cut off, with bits turned over, spliced, or no UTF-8 any more. And
// JSON that is right but strange: deep, doubled, huge, or named like what JavaScript has by itself.
import type { Draws } from '../../src/adapters/generator/random.ts'
import type { Wire } from './drawn-events.ts'
import { LONE_SURROGATES, ODD_TEXTS } from './odd-texts.ts'

/** What no UTF-8 holds: overlong, surrogates, beyond U+10FFFF, cut short, a byte-order mark. */
const NO_TEXT = [
  'c0af',
  'eda080',
  'f4908080',
  'e282',
  'f09f98',
  'ff',
  '80',
  'efbbbf',
  'c3',
  'fe',
].map((hex) => Buffer.from(hex, 'hex'))

/** One to three injuries to a record's bytes; they may still be valid. */
export function breakBytes(draws: Draws, whole: Buffer): Buffer {
  let bytes: Buffer = Buffer.from(whole)
  for (let left = draws.between(1, 3); left > 0; left--) bytes = injure(draws, bytes)
  return bytes
}

function injure(draws: Draws, bytes: Buffer): Buffer {
  const at = draws.below(bytes.length + 1)
  const [head, tail] = [bytes.subarray(0, at), bytes.subarray(at)]
  switch (draws.below(7)) {
    case 0:
      return head
    case 1:
      return tail
    case 2:
      return Buffer.concat([head, draws.pick(NO_TEXT), tail])
    case 3:
      return Buffer.concat([tail, head])
    case 4:
      return Buffer.concat([
        head,
        Buffer.from(draws.pick(['{', '}', '"', ',', '\0', '\\', ' '])),
        tail,
      ])
    case 5:
      return Buffer.concat([head, tail.subarray(1)])
    default: {
      if (at < bytes.length) bytes[at]! ^= 1 << draws.below(8)
      return bytes
    }
  }
}

/** A valid event's JSON with something strange in it. */
export function strangeJson(draws: Draws, wire: Wire): string {
  const text = JSON.stringify(wire)
  const inside = text.slice(1, -1)
  const name = JSON.stringify(draws.pick(ODD_TEXTS))
  const makes: readonly (() => string)[] = [
    // Of a key given twice the last counts.
    () => `{"event_id":17,"channel":null,${inside}}`,
    () => `{${inside},"channel":${JSON.stringify(draws.pick(['email', '', '(null)']))}}`,
    () => `{${inside},"metadata":${draws.pick(['null', '""', '[]', '{}', '{"value":"1"}', '7'])}}`,
    () => `{"__proto__":${text},"constructor":{"prototype":${text}}}`,
    () => `{${inside},"__proto__":{"channel":"(start)"},${name}:${name}}`,
    () => `{${inside},"metadata":{"__proto__":{"value":"5","currency":"EUR"},${name}:1}}`,
    () => `{${inside},"metadata":{"value":1,"value":"2.5","currency":"USD","currency":"EUR"}}`,
    () => `{${inside},"deep":${nested(draws, 20_000)}}`,
    () => `{${inside},"metadata":{"deep":${nested(draws, 8_190)}}}`,
    () => `{${inside},"metadata":{"deep":${nested(draws, 12_000)}}}`,
    () => nested(draws, 30_000),
    () => `{${inside},"metadata":{"value":${draws.pick(HUGE)},"currency":"EUR"}}`,
    () => `{${inside},"timestamp":${draws.pick([...HUGE, '1.7e12', '17000000000E2', '01', '1.'])}}`,
    () => `{${inside},"user_hash":"${draws.pick(LONE_SURROGATES)}"}`,
    () => `{${inside},"metadata":{"variant":"${draws.pick(LONE_SURROGATES)}"}}`,
    () => `{${inside},"unknown":"${draws.pick(LONE_SURROGATES)}"}`,
    () => escaped(text),
    () => `\n\t ${text} \r\n`,
    () => `${text}${text}`,
    () => `[${text}]`,
    () => JSON.stringify(text),
    () =>
      draws.pick(['null', 'true', '0', '""', '[]', '{}', ' ', 'NaN', '{,}', "{'a':1}", '{"a":1,}']),
    () => `{${inside},"metadata":{"pad":"${'p'.repeat(draws.between(16_370, 16_376))}"}}`,
    () => `{${inside},"metadata":{"pad":"${'€'.repeat(draws.between(5_455, 5_460))}"}}`,
    () => `{${inside},"metadata":{"pad":"${'\\u0001'.repeat(draws.between(2_726, 2_730))}"}}`,
  ]
  return draws.pick(makes)()
}

const HUGE = [
  '1e400',
  '-1e400',
  '1E308',
  '1e-400',
  '123456789012345678901234567890',
  '-0',
  '-0.0',
  '1e15',
]

/** One thing within another, so many bytes of it. */
export const nested = (draws: Draws, depth: number): string =>
  draws.chance(500_000)
    ? '['.repeat(depth) + ']'.repeat(depth)
    : '{"a":'.repeat(depth >> 2) + '0' + '}'.repeat(depth >> 2)

/** Every character but those of the syntax as an escape. */
const escaped = (text: string): string =>
  text.replace(/[a-z]/g, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`)
