// A visit of the shop outside a live show: a run of touches on one channel, sometimes a way back on
// another one hours later, a cart, an order, contact details.
import { PRODUCTS } from './market.ts'
import { tellOrder } from './order.ts'
import type { Person } from './people.ts'
import { act, openScene, type Scene, type Story } from './story.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const CONTACTS = ['lead', 'lead', 'signup', 'subscribe'] as const

export function tellVisit(story: Story, person: Person, startMs: number): void {
  const { draws } = story
  const { persona } = person
  let scene = openScene(story, person, draws.pick(persona.channels))
  let timeMs = look(story, scene, startMs)
  if (draws.chance(80_000)) {
    scene = openScene(story, person, draws.chance(500_000) ? '(direct)' : 'google_search')
    timeMs = look(story, scene, timeMs + draws.between(1, 30) * HOUR)
  }
  if (draws.chance(persona.contact)) {
    act(story, scene, timeMs + draws.between(5, 90) * SECOND, draws.pick(CONTACTS))
  }
  if (!draws.chance(persona.cart)) return
  const product = draws.pick(PRODUCTS)
  timeMs += draws.between(5, 120) * SECOND
  act(story, scene, timeMs, 'add_to_cart', product)
  if (!draws.chance(persona.buy)) return
  tellOrder(story, { scene, product, timeMs: timeMs + draws.between(40, 600) * SECOND })
}

/** Steps of a visit, mostly seconds apart, now and then minutes; the time of the last one. */
function look(story: Story, scene: Scene, startMs: number): number {
  const { draws } = story
  const { actions, stepsMax } = scene.person.persona
  const steps = draws.below(stepsMax)
  let timeMs = startMs
  act(story, scene, timeMs, 'view')
  for (let step = 0; step < steps; step++) {
    const action = draws.pick(actions)
    timeMs += draws.chance(50_000)
      ? draws.between(4, 40) * MINUTE
      : draws.between(2 * SECOND, 80 * SECOND)
    const onProduct = action === 'product_view' || action === 'tag_click' || action === 'ar_try_on'
    act(story, scene, timeMs, action, onProduct ? draws.pick(PRODUCTS) : null)
  }
  return timeMs
}
