// A viewer's stay in a live show, minute by minute: heartbeats, comments, product tags, carts,
// orders. The layout of variant B gets more clicks on its tags; price drops make peaks of orders.
// Who filled a cart and left may come back within days and buy without the show's id.
import { PRODUCTS, type Product } from './market.ts'
import { tellOrder } from './order.ts'
import type { Person } from './people.ts'
import { act, openScene, type Scene, type Story } from './story.ts'
import { DROP_MINUTES, type Show } from './timeline.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

/** What a viewer's minute comes to, on average. */
const RECORDS_PER_MINUTE = 1.4
/** Clicks per million views of a product tag; twice as many while a price drop lasts. */
const TAG_CLICKS = { A: 130_000, B: 210_000 } as const
/** Carts that are bought during the show, per million: while a price drop lasts, and otherwise. */
const BUYS_IN_DROP = 700_000
const BUYS = 330_000
/** Carts left behind that are bought after the show. */
const BUYS_LATER = 350_000

export function tellStay(story: Story, show: Show, person: Person, joinMs: number): void {
  const { draws } = story
  const scene = openScene(story, person, draws.pick(person.persona.channels), show.id)
  const stayMinutes = draws.chance(250_000) ? draws.between(25, 70) : draws.between(1, 18)
  const leaveMs = Math.min(joinMs + stayMinutes * MINUTE, show.endMs)
  act(story, scene, joinMs, 'view')
  const goOn = (timeMs: number) => {
    tellMinute(story, show, scene, timeMs)
    const nextMs = timeMs + MINUTE
    if (nextMs >= leaveMs) return
    const minutesLeft = Math.ceil((leaveMs - nextMs) / MINUTE)
    story.later(nextMs, minutesLeft * RECORDS_PER_MINUTE, () => goOn(nextMs))
  }
  goOn(joinMs)
}

/** What a viewer does in the minute from `minuteMs` on. */
function tellMinute(story: Story, show: Show, scene: Scene, minuteMs: number): void {
  const { draws } = story
  const at = (fromSecond: number) => minuteMs + (fromSecond + draws.below(15)) * SECOND
  if (draws.chance(450_000)) act(story, scene, at(0), 'heartbeat')
  if (draws.chance(90_000)) act(story, scene, at(5), 'comment')
  if (minuteMs < show.startMs || !draws.chance(550_000)) return
  const product = onOffer(show, minuteMs)
  act(story, scene, at(10), 'tag_view', product)
  const clicks = TAG_CLICKS[scene.person.variant]
  if (!draws.chance(dropIsOn(show, minuteMs) ? 2 * clicks : clicks)) return
  act(story, scene, at(25), 'tag_click', product)
  if (draws.chance(200_000)) act(story, scene, at(30), 'ar_try_on', product)
  if (draws.chance(380_000)) tellCart(story, show, scene, product, at(40))
}

function tellCart(story: Story, show: Show, scene: Scene, product: Product, timeMs: number): void {
  const { draws } = story
  act(story, scene, timeMs, 'add_to_cart', product)
  if (draws.chance(dropIsOn(show, timeMs) ? BUYS_IN_DROP : BUYS)) {
    tellOrder(story, { scene, product, timeMs: timeMs + draws.between(20, 110) * SECOND })
  } else if (draws.chance(BUYS_LATER)) {
    tellReturn(story, scene.person, product, timeMs + draws.between(1, 60) * HOUR)
  }
}

/** Back after the show: a short visit on another way in, an order that does not name the show. */
function tellReturn(story: Story, person: Person, product: Product, timeMs: number): void {
  const { draws } = story
  const scene = openScene(story, person, draws.chance(600_000) ? 'email' : '(direct)')
  act(story, scene, timeMs, 'view')
  act(story, scene, timeMs + 20 * SECOND, 'product_view', product)
  tellOrder(story, { scene, product, timeMs: timeMs + draws.between(60, 400) * SECOND })
}

/** Each product is on for five minutes. */
function onOffer(show: Show, timeMs: number): Product {
  const turn = Math.floor((timeMs - show.startMs) / (5 * MINUTE))
  return PRODUCTS[turn % PRODUCTS.length] as Product
}

function dropIsOn(show: Show, timeMs: number): boolean {
  const minute = Math.floor((timeMs - show.startMs) / MINUTE)
  return show.dropMinutes.some((drop) => minute >= drop && minute < drop + DROP_MINUTES)
}
