// An order as several systems report it: the pixel in the browser (unless blocked), the checkout a
// moment later, sometimes the CRM a day later, all with one transaction id; and refunds days after.
// The checkout does not know the visit's channel; it knows shipping, which one pixel in three
// leaves out.
import { CHANNELS, decimal, SHIPPING_MINOR, type Currency, type Product } from './market.ts'
import type { OrderCopy, Scene, Story } from './story.ts'

const SECOND = 1000
const HOUR = 3600 * SECOND

export interface Purchase {
  readonly scene: Scene
  readonly timeMs: number
  readonly product: Product
}

export function tellOrder(story: Story, { scene, timeMs, product }: Purchase): void {
  const { draws } = story
  const { currency } = scene.person
  const transaction = `T${100_000 + story.next()}`
  const quantity = draws.chance(180_000) ? draws.between(2, 3) : 1
  const goodsMinor = product.priceMinor[currency] * quantity
  const totalMinor = goodsMinor + (draws.chance(500_000) ? SHIPPING_MINOR[currency] : 0)
  const copy = { transaction, quantity, currency, unitPrice: '' }
  const copies: [delayMs: number, order: OrderCopy][] = []
  const pixelSeen = !draws.chance(80_000)
  if (pixelSeen) {
    const unitPrice = draws.chance(200_000) ? decimal(product.priceMinor[currency], currency) : ''
    const seenMinor = draws.chance(333_333) ? goodsMinor : totalMinor
    const value = unitPrice === '' ? decimal(seenMinor, currency) : ''
    copies.push([0, { ...copy, source: 'pixel', value, unitPrice }])
  }
  const value = decimal(totalMinor, currency)
  copies.push([draws.between(1, 20) * SECOND, { ...copy, source: 'checkout', value }])
  if (draws.chance(50_000)) {
    copies.push([draws.between(20, 40) * HOUR, { ...copy, source: 'crm', value }])
  }
  for (const [delayMs, order] of copies) {
    const from = order.source === 'pixel' ? scene : backOffice(scene, !pixelSeen)
    story.tell({ timeMs: timeMs + delayMs, scene: from, action: 'purchase', product, order })
  }
  tellRefunds(
    story,
    backOffice(scene, false),
    timeMs,
    { ...copy, source: 'crm', value },
    totalMinor,
  )
}

/** Servers know no channel; a show's id reaches them only with the cart, when no pixel told it. */
function backOffice(scene: Scene, live: boolean): Scene {
  const channel = CHANNELS['(direct)']
  return { ...scene, channel, campaign: '', session: '', live: live ? scene.live : '' }
}

function tellRefunds(
  story: Story,
  scene: Scene,
  timeMs: number,
  order: OrderCopy,
  totalMinor: number,
): void {
  const { draws, refundsPerMillion } = story
  const tell = (value: string, transaction: string) => {
    const after = draws.between(2, 5 * 24) * HOUR + draws.below(HOUR)
    const refund: OrderCopy = { ...order, transaction, value }
    story.tell({ timeMs: timeMs + after, scene, action: 'refund', product: null, order: refund })
  }
  if (draws.chance(refundsPerMillion)) {
    if (draws.chance(333_333)) tell(partOf(totalMinor, order.currency), order.transaction)
    else tell(draws.chance(500_000) ? '' : order.value, order.transaction)
  }
  if (draws.chance(Math.floor(refundsPerMillion / 10))) tell(order.value, `T${story.next()}-old`)
}

/** Half of an amount, as a decimal. */
function partOf(minor: number, currency: Currency): string {
  return decimal(Math.floor(minor / 2), currency)
}
