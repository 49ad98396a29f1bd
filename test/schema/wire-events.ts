// Generators of wire events: valid ones, and ones in which some fields come from pools of edge
// cases, so that several reasons apply at once as often as one does.
import fc from 'fast-check'

const repeat = (text: string, times: number): string => text.repeat(times)

const odd: readonly unknown[] = [
  null,
  '',
  0,
  17,
  1.5,
  true,
  [],
  ['a'],
  {},
  { a: 1 },
  '\ud800',
  'a\udfff',
]

const names = [
  'email',
  'tiktok_ad',
  '(direct)',
  'Ünï',
  '😀',
  'a',
  repeat('x', 64),
  repeat('😀', 32),
]
const longNames = [repeat('x', 65), repeat('😀', 33), '(start)', '(conversion)', '(null)', '(…)']
const ids = ['e1', '17', '__proto__', 'constructor', 'ä', repeat('y', 128), repeat('😀', 64), ' ']
const longIds = [repeat('y', 129), repeat('😀', 65), repeat('\0', 128)]
const people = [...ids, repeat('0f', 32), 'user@host', '4917012345678', '1'.repeat(20)]
const plainPeople = [' a@b.c ', 'ada@example.com', '+49 170 1234567', '(030) 123-456', '+1234567']

const times = [
  '2026-11-22T10:00Z',
  '2026-11-22T10:00:00.123456789+05:30',
  '2000-02-29T23:59:59.999-23:59',
  1_795_341_600_000,
  946_684_800_000,
  4_102_444_799_999,
]
const badTimes = [
  '2026-02-29T10:00:00Z',
  '2026-11-22T24:00:00Z',
  '2026-11-22 10:00:00Z',
  '2026-11-22T10:00:00',
  '1795341600000',
  946_684_799_999,
  4_102_444_800_000,
  1_795_341_600_000.5,
]

const decimals = [
  '0',
  '-0',
  '12.50',
  '1200.00',
  '-3.1',
  '00012.5',
  '0.001',
  12.5,
  0,
  -7,
  1e-7,
  1e15,
]
const bigDecimals = ['1000000000000000', '10000000000000.01', 1e21, 1e64, '9'.repeat(64)]
const badDecimals = ['+1', '1.', '.5', '1e3', '1,5', ' 1', '9'.repeat(65), NaN, Infinity, 1e65]
const currencies = ['USD', 'EUR', 'JPY', 'KWD', 'CLF', 'XDR']
const badCurrencies = ['usd', 'XAU', 'XXX', 'XTS', 'DEM', 'BGN', 'US', 'constructor']
const quantities = [1, 2, 1_000_000, '1', '0003', '1000000']
const badQuantities = [0, -1, 1_000_001, 1.5, '0', '1.0', '+1', '1e3', ' 1']
const actions = [
  'view',
  'comment',
  'heartbeat',
  'purchase',
  'lead',
  'refund',
  'Purchase',
  'toString',
]

const pick = (
  good: readonly unknown[],
  bad: readonly unknown[],
  badShare: number,
): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 100 - badShare, arbitrary: fc.constantFrom(...good) },
    { weight: badShare, arbitrary: fc.constantFrom(...bad, ...odd) },
  )

const metadataTexts = [
  'utm_source',
  'utm_campaign',
  'transaction_id',
  'source',
  'live_event_id',
  'variant',
  'session_id',
]

const metadataObject = (badShare: number): fc.Arbitrary<object> =>
  fc.record(
    {
      value: pick(decimals, [...bigDecimals, ...badDecimals], badShare),
      unit_price: pick(decimals, [...bigDecimals, ...badDecimals], badShare),
      currency: pick(currencies, badCurrencies, badShare),
      quantity: pick(quantities, badQuantities, badShare),
      ...Object.fromEntries(metadataTexts.map((key) => [key, pick(ids, longIds, badShare)])),
      unknown_key: fc.oneof(
        { weight: 9, arbitrary: fc.anything({ maxDepth: 2 }) },
        { weight: 1, arbitrary: fc.constantFrom(repeat('z', 17_000), repeat('ä', 9000)) },
      ),
    },
    { requiredKeys: [] },
  )

/** A wire event; each field is a bad one in about `badShare` of 100 cases. */
export const wireEvent = (badShare: number): fc.Arbitrary<Record<string, unknown>> =>
  fc.record(
    {
      event_id: pick(ids, longIds, badShare),
      user_hash: pick(people, [...longIds, ...plainPeople], badShare),
      timestamp: pick(times, badTimes, badShare),
      channel: pick(names, longNames, badShare),
      action_type: pick(actions, longNames, badShare),
      campaign: pick([...ids, null, '', undefined], longIds, badShare),
      metadata: fc.oneof(
        { weight: 15, arbitrary: metadataObject(badShare) },
        { weight: 1, arbitrary: fc.constantFrom(undefined, null, '') },
        { weight: badShare > 0 ? 1 : 0, arbitrary: fc.constantFrom(...odd) },
      ),
    },
    badShare > 0
      ? { requiredKeys: ['event_id', 'user_hash', 'timestamp', 'channel', 'action_type'] }
      : {},
  )
