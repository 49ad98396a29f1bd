// Events as a careless but honest producer writes them: most are valid, and every field is now and
// then odd, at a limit or just beyond it. Times lie around the record's own.
import type { Draws } from '../../src/adapters/generator/random.ts'
import { spread } from '../../src/adapters/generator/random.ts'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { LONG_TEXTS, ODD_TEXTS } from './odd-texts.ts'

export type Wire = Record<string, unknown>

/** Whose journeys there are, and what is drawn anew for each event. */
export interface Crowd {
  readonly persons: number
  /** Unique in a run. */
  nextId(): string
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const PER_MILLION = 1_000_000
const percent = (n: number): number => (n * PER_MILLION) / 100

const CHANNELS = ['tiktok_ad', 'ig_story', 'email', '(direct)', 'direct', 'affiliate', 'search']
const RESERVED = ['(start)', '(conversion)', '(null)', '(other)', '(unattributed)', '(…)']
const ACTIONS = spread({
  view: 30,
  pause: 4,
  comment: 6,
  tag_view: 6,
  tag_click: 5,
  add_to_cart: 6,
  heartbeat: 4,
  lead: 4,
  signup: 2,
  subscribe: 2,
  purchase: 12,
  refund: 5,
  Purchase: 1,
  ' purchase': 1,
})
const SHOWS = ['show-1', 'show-2', 'show-3', '']
const SOURCES = ['pixel', 'checkout', 'crm', 'elsewhere', '']
const CURRENCIES = ['EUR', 'USD', 'JPY', 'KWD', 'CLF', '', null]
const BAD_CURRENCIES = ['eur', 'XAU', 'XXX', 'XTS', 'DEM', 'EURO', 978, 'toString', '__proto__']
const AMOUNTS = ['12.50', '0', '-0', '0.00', '7', 19.99, 3, '1200.00', '00012.5', '0.001', 1e-7]
const EDGE_AMOUNTS = [
  ['1000000000000000', '1000000000000001', '10000000000000.00', '10000000000000.01'],
  ['-3.10', '0.0001', '0.00001', '1.123', '1.1230', '9'.repeat(64), '9'.repeat(65)],
  ['+1', '1.', '.5', '1e3', '1,5', ' 1', '1 ', '٣', '0x10', 'NaN', '', null, true, [1], {}],
  [1e15, 1e21, 1e-300, 1.7976931348623157e308, 5e-324, -1, 0.1 + 0.2, 2 ** 53, -0],
].flat()
const QUANTITIES = [1, 2, '3', 1_000_000, '0007']
const EDGE_QUANTITIES = [0, -1, 1.5, 1_000_001, '0', '1.0', '1e3', 1e3, '', null, '١', [2]]

/** Now and then something odd instead. */
const often = (draws: Draws, usual: readonly unknown[], odd: readonly unknown[], oddPercent = 4) =>
  draws.pick(draws.chance(percent(oddPercent)) ? odd : usual)

/** Most persons are known by a hash; a few have names that nobody would choose. */
export function drawPerson(draws: Draws, { persons }: Crowd): string {
  if (draws.chance(percent(6))) return draws.pick(ODD_TEXTS)
  // A few are there all the time, until their journeys are full.
  const isBusy = draws.chance(percent(8))
  return `person-${draws.below(isBusy ? 3 : persons)}`
}

export function drawEvent(draws: Draws, crowd: Crowd, nowMs: number): Wire {
  const id = draws.chance(percent(94)) ? crowd.nextId() : draws.pick(ODD_TEXTS)
  return {
    event_id: draws.chance(percent(2)) ? draws.pick(LONG_TEXTS) : id,
    user_hash: drawPerson(draws, crowd),
    timestamp: drawTime(draws, nowMs),
    channel: draws.chance(percent(1)) ? draws.pick(RESERVED) : often(draws, CHANNELS, ODD_TEXTS),
    action_type: often(draws, ACTIONS, ODD_TEXTS, 2),
    ...(draws.chance(percent(30))
      ? { campaign: often(draws, ['', null, 'autumn'], ODD_TEXTS) }
      : {}),
    ...(draws.chance(percent(80)) ? { metadata: drawMetadata(draws) } : {}),
  }
}

function drawMetadata(draws: Draws): Wire {
  const text = (usual: readonly unknown[]) =>
    often(draws, usual, [...ODD_TEXTS, ...LONG_TEXTS, 17], 3)
  const some: readonly (readonly [string, () => unknown])[] = [
    ['value', () => often(draws, AMOUNTS, EDGE_AMOUNTS, 10)],
    ['unit_price', () => often(draws, AMOUNTS, EDGE_AMOUNTS, 10)],
    ['currency', () => often(draws, CURRENCIES, BAD_CURRENCIES, 3)],
    ['quantity', () => often(draws, QUANTITIES, EDGE_QUANTITIES, 5)],
    ['transaction_id', () => text([`order-${draws.below(200)}`])],
    ['live_event_id', () => text(SHOWS)],
    ['variant', () => text(['a', 'b'])],
    ['source', () => text(SOURCES)],
    ['utm_campaign', () => text(['spring', ''])],
    ['session_id', () => text(['s1'])],
    // As keys: a prototype must not be found behind them.
    [draws.pick(ODD_TEXTS), () => draws.pick(ODD_TEXTS)],
  ]
  const chosen = some.filter(([name]) => draws.chance(percent(name === 'currency' ? 85 : 40)))
  return Object.fromEntries(chosen.map(([name, value]) => [name, value()]))
}

/** Around the record's time in every format; sometimes at a limit. */
function drawTime(draws: Draws, nowMs: number): unknown {
  if (draws.chance(percent(2))) return draws.pick(NEVER)
  return drawFormat(
    draws,
    draws.chance(percent(8)) ? nowMs + draws.pick(EDGES_MS) : nowMs - ago(draws),
  )
}

const ago = (draws: Draws): number =>
  draws.chance(percent(70)) ? draws.below(30 * MINUTE_MS) : draws.below(6 * DAY_MS)

/** From the record's time: late, clamped, and the last ms that is neither. */
const EDGES_MS = [-1, 0, 1].flatMap((ms) => [
  ms - DEFAULT_SETTINGS.latenessMs,
  ms + 5 * MINUTE_MS,
  ms - 400 * DAY_MS,
  ms + 400 * DAY_MS,
])

const NEVER = [
  ['1999-12-31T23:59:59.999Z', '2000-01-01T00:00Z', '2099-12-31T23:59:59.999999999Z'],
  ['2100-01-01T00:00:00Z', '2000-01-01T00:00:00+00:01', '2100-01-01T00:00:00+00:01'],
  ['2026-02-29T10:00:00Z', '2024-02-29T24:00:00Z', '2024-12-31T23:59:60Z', '2024-13-01T00:00Z'],
  ['2024-01-01t00:00:00z', '2024-01-01 00:00:00Z', '2024-01-01T00:00:00', '2024-1-1T0:0Z'],
  ['2024-01-01T00:00:00.Z', '2024-01-01T00:00:00.1234567890Z', '2024-01-01T00:00:00+2400'],
  ['+002024-01-01T00:00:00Z', '2024-01-01T00:00:00+24:00', '2024-01-01T00:00:00-00:60', '２024'],
  [946_684_799_999, 946_684_800_000, 4_102_444_799_999, 4_102_444_800_000, 1e300, -1, 0],
  [1_700_000_000_000.5, '1700000000000', null, true, [], {}, '', 1_700_000_000],
].flat()

function drawFormat(draws: Draws, timeMs: number): unknown {
  const way = draws.below(6)
  if (way === 0) return timeMs
  const zoneMinutes = way < 3 ? draws.between(-23 * 60 - 59, 23 * 60 + 59) : 0
  const local = new Date(timeMs + zoneMinutes * MINUTE_MS).toISOString().slice(0, -1)
  const zone = way < 3 ? zoneText(zoneMinutes) : 'Z'
  if (way === 4) return `${local.slice(0, 16)}${zone}`
  if (way === 5) return `${local}${'987654'.slice(0, draws.below(7))}${zone}`
  return local + zone
}

function zoneText(minutes: number): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  const all = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(all / 60))}:${two(all % 60)}`
}
