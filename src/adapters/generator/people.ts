// The public. A person is a number; who that is (persona, currency, variant, identifier) follows
// from the seed and the number, so that a million persons need no memory.
import type { ChannelName, Currency } from './market.ts'
import { hex, mix, spread, type Draws } from './random.ts'

export interface Persona {
  readonly name: string
  readonly channels: readonly ChannelName[]
  /** What they do on a visit after the first look. */
  readonly actions: readonly string[]
  /** At most that many steps on a visit. */
  readonly stepsMax: number
  /** Per million: a visit fills a cart; a filled cart is bought; a visit leaves contact details. */
  readonly cart: number
  readonly buy: number
  readonly contact: number
  /** Per million: takes part when chosen as a viewer of a live show. */
  readonly live: number
}

const persona = (
  name: string,
  channels: Partial<Record<ChannelName, number>>,
  actions: Record<string, number>,
  rest: Omit<Persona, 'name' | 'channels' | 'actions'>,
): Persona => ({ name, channels: spread(channels), actions: spread(actions), ...rest })

const BROWSER = persona(
  'browser',
  { google_search: 4, '(direct)': 2, tiktok_ad: 2, youtube_shorts: 2 },
  { view: 4, product_view: 4, pause: 2, search: 1 },
  { stepsMax: 5, cart: 120_000, buy: 250_000, contact: 15_000, live: 250_000 },
)
const LIVE_FAN = persona(
  'live_fan',
  { influencer_live: 4, ig_story: 3, tiktok_ad: 2, email: 1 },
  { view: 4, comment: 2, swipe_up: 2, like: 2 },
  { stepsMax: 4, cart: 180_000, buy: 400_000, contact: 40_000, live: 950_000 },
)
const AR_FAN = persona(
  'ar_fan',
  { ig_reels: 3, ig_story: 3, youtube_shorts: 1, '(direct)': 1 },
  { ar_try_on: 5, view: 2, swipe_up: 2, tag_click: 1 },
  { stepsMax: 7, cart: 300_000, buy: 420_000, contact: 20_000, live: 400_000 },
)
const BARGAIN_HUNTER = persona(
  'bargain_hunter',
  { email: 4, google_search: 3, '(direct)': 2, tiktok_ad: 1 },
  { product_view: 3, tag_click: 3, swipe_up: 2, search: 2 },
  { stepsMax: 6, cart: 450_000, buy: 350_000, contact: 60_000, live: 700_000 },
)
const SCROLLER = persona(
  'scroller',
  { ig_reels: 4, youtube_shorts: 3, tiktok_ad: 3 },
  { view: 5, pause: 3, comment: 1, heartbeat: 3 },
  { stepsMax: 8, cart: 15_000, buy: 150_000, contact: 4_000, live: 120_000 },
)
const REGULAR = persona(
  'regular',
  { '(direct)': 5, email: 3, google_search: 1 },
  { view: 3, product_view: 4, tag_click: 1 },
  { stepsMax: 4, cart: 500_000, buy: 650_000, contact: 80_000, live: 600_000 },
)

/** Out of sixteen persons. */
const PERSONAS: readonly Persona[] = [
  [4, SCROLLER] as const,
  [4, BROWSER] as const,
  [3, LIVE_FAN] as const,
  [2, AR_FAN] as const,
  [2, BARGAIN_HUNTER] as const,
  [1, REGULAR] as const,
].flatMap(([share, each]) => Array<Persona>(share).fill(each))
const CURRENCIES: readonly Currency[] = spread({ EUR: 9, USD: 5, JPY: 2 })

export interface Person {
  /** 64 hex digits, like a SHA-256. */
  readonly userHash: string
  readonly persona: Persona
  readonly currency: Currency
  /** The half of the public that sees the other layout of product tags. */
  readonly variant: 'A' | 'B'
}

/** Pure: the same seed and number are always the same person. */
export function personOf(seed: number, number: number): Person {
  const self = mix(mix(seed) ^ number)
  const traits = mix(self ^ 0x5eed)
  let userHash = ''
  for (let word = 0; word < 7; word++) userHash += hex(mix(self + word))
  return {
    // The last word is the number, scrambled one to one: two persons never share an identifier.
    userHash: userHash + hex(self),
    persona: PERSONAS[traits & 15] as Persona,
    currency: CURRENCIES[(traits >>> 4) & 15] as Currency,
    variant: (traits & 256) === 0 ? 'A' : 'B',
  }
}

/** A number of the public: one in three visits is by the tenth of it that comes often. */
export function drawPerson(draws: Draws, persons: number): number {
  return draws.chance(333_333) ? draws.below(Math.ceil(persons / 10)) : draws.below(persons)
}
