// The shop's world as data: channels with their campaigns, products with prices in three
// currencies, and what people write under a live show.
import { spread } from './random.ts'

export interface Channel {
  readonly name: string
  /** Campaigns that run on it; '' = none. Each as often as it should be drawn. */
  readonly campaigns: readonly string[]
  /** Where producers put the campaign: the field of the event, or metadata.utm_campaign. */
  readonly campaignIn: 'field' | 'utm'
  /** JSON members of metadata that every event of the channel carries, with a comma after. */
  readonly metadata: string
}

const channel = (
  name: string,
  campaigns: Record<string, number>,
  campaignIn: Channel['campaignIn'],
  source: string,
): Channel => {
  const metadata = source === '' ? '' : `"utm_source":"${source}",`
  return { name, campaigns: spread(campaigns), campaignIn, metadata }
}

export const CHANNELS = {
  tiktok_ad: channel('tiktok_ad', { autumn_drop: 5, live_teaser: 3 }, 'utm', 'tiktok'),
  ig_reels: channel('ig_reels', { '': 3, autumn_drop: 2 }, 'field', ''),
  ig_story: channel('ig_story', { live_teaser: 3, ar_mirror: 2 }, 'field', ''),
  youtube_shorts: channel('youtube_shorts', { '': 4, ar_mirror: 1 }, 'field', ''),
  influencer_live: channel('influencer_live', { mira: 3, jonas: 2 }, 'field', ''),
  email: channel('email', { newsletter_41: 2, newsletter_45: 2, cart_reminder: 1 }, 'utm', 'crm'),
  google_search: channel('google_search', { brand: 3, generic: 2 }, 'utm', 'google'),
  '(direct)': channel('(direct)', { '': 1 }, 'field', ''),
} as const satisfies Record<string, Channel>
export type ChannelName = keyof typeof CHANNELS

export type Currency = 'EUR' | 'USD' | 'JPY'

export interface Product {
  readonly id: string
  /** Price of one, in minor units. */
  readonly priceMinor: Readonly<Record<Currency, number>>
}

const product = (id: string, EUR: number, USD: number, JPY: number): Product => ({
  id,
  priceMinor: { EUR, USD, JPY },
})

export const PRODUCTS: readonly Product[] = [
  product('lip-tint-03', 1490, 1690, 2480),
  product('blush-stick-11', 1990, 2190, 3280),
  product('serum-30ml', 3490, 3890, 5780),
  product('palette-dusk', 4250, 4700, 6980),
  product('hoodie-sand-m', 5990, 6490, 9800),
  product('sneaker-aero-41', 8900, 9900, 14_500),
  product('lamp-halo', 12_900, 13_900, 20_900),
]

/** What a parcel costs on top, in minor units: checkouts know it, pixels often do not. */
export const SHIPPING_MINOR: Readonly<Record<Currency, number>> = { EUR: 490, USD: 599, JPY: 800 }

export const COMMENTS = [
  'so schön 😍',
  'which shade is that?',
  'price drop when??',
  '可愛い！',
  'ordered, thank you Mira',
  'does it run small',
  '❤️❤️❤️',
  'grüße aus Köln',
] as const

/** A price as a decimal: 1490 EUR is 14.90, 2480 JPY is 2480. */
export function decimal(minor: number, currency: Currency): string {
  if (currency === 'JPY') return String(minor)
  const cents = minor % 100
  return `${(minor - cents) / 100}.${cents < 10 ? '0' : ''}${cents}`
}
