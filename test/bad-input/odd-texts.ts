// Texts that try to break what they come near: names of Redis keys and hash tags, the log format of
// a terminal, prototypes of JavaScript, lengths at their limit in UTF-16 and beyond it in UTF-8.

const PROTOTYPE = ['__proto__', 'constructor', 'hasOwnProperty', 'toString', 'valueOf']
const REDIS = [
  '{',
  '}',
  '{}',
  '}{',
  ':',
  'tb:{events/0}:meta',
  'ledger:480000',
  'due:480000',
  'owner',
  'next',
  '*',
  '?[a]',
]
const CONTROL = [
  '\0',
  'a\0b',
  '\n',
  '\r\n*1\r\n$4\r\nPING\r\n',
  '\t',
  '\u001b[31m',
  '\u0007',
  '\u007f',
]
const UNICODE = [
  '😀',
  '👨‍👩‍👧‍👦',
  '\u00c5',
  'A\u030a',
  '\u202e(direct)',
  '\ufeff',
  '\ufffd',
  '\u2028',
  '\uffff',
  '\u{10ffff}',
  'ﷺ',
  '߿ࠀ',
]
const SYNTAX = [
  "'",
  '"',
  '\\',
  '\\N',
  "'; DROP TABLE intake; --",
  '$(id)',
  '%s%n',
  '../../etc',
  ' ',
  ',',
]

/** Valid in every field that takes 64 characters or more. */
export const ODD_TEXTS: readonly string[] = [
  ...PROTOTYPE,
  ...REDIS,
  ...CONTROL,
  ...UNICODE,
  ...SYNTAX,
  'x'.repeat(64),
  'ß'.repeat(64),
  '€'.repeat(64),
  '😀'.repeat(32),
  '\0'.repeat(64),
]

/** Valid only where 128 characters are, and one more than that. */
export const LONG_TEXTS: readonly string[] = ['k', '€', '{', '\0', '"'].flatMap((one) => [
  one.repeat(128),
  one.repeat(129),
])

/** JSON that says a lone surrogate, which no UTF-8 can. */
export const LONE_SURROGATES: readonly string[] = [
  '\\ud800',
  '\\udfff',
  'a\\uDBFFb',
  '\\ude00\\ud83d',
]
