// What the tellers (visit.ts, show.ts, order.ts) share: chance, numbering, and the way an event
// goes out.
import { CHANNELS, type Channel, type ChannelName, type Currency, type Product } from './market.ts'
import type { Person } from './people.ts'
import type { Draws } from './random.ts'

/** The part of an event that is about an order. */
export interface OrderCopy {
  readonly transaction: string
  readonly source: 'pixel' | 'checkout' | 'crm'
  /** Decimals; '' = not told. A pixel tells numbers, the others text. */
  readonly value: string
  readonly unitPrice: string
  readonly quantity: number
  readonly currency: Currency
}

/** An event before it is written: everything but its id and how it arrives. */
export interface Draft {
  readonly timeMs: number
  readonly scene: Scene
  readonly action: string
  readonly product: Product | null
  readonly order: OrderCopy | null
}

/** Where a person is: what the events of one stay have in common. */
export interface Scene {
  readonly person: Person
  readonly session: string
  readonly channel: Channel
  readonly campaign: string
  /** The live show they are in, or ''. */
  readonly live: string
}

export interface Story {
  readonly draws: Draws
  /** Orders that are refunded, per million. */
  readonly refundsPerMillion: number
  /** Sends an event on its way; it happens at its own time, in whatever order events are told. */
  tell(draft: Draft): void
  /**
   * Goes on telling at that time, which is not past. `records` is how many are then to be expected,
   * so that nobody else is called in to tell them.
   */
  later(timeMs: number, records: number, goOn: () => void): void
  /** A number that was not given before. */
  next(): number
}

export function openScene(story: Story, person: Person, name: ChannelName, live = ''): Scene {
  const channel: Channel = CHANNELS[name]
  const campaign = story.draws.pick(channel.campaigns)
  return { person, session: `s${story.next().toString(36)}`, channel, campaign, live }
}

/** One event of a scene. */
export function act(
  story: Story,
  scene: Scene,
  timeMs: number,
  action: string,
  product: Product | null = null,
): void {
  story.tell({ timeMs, scene, action, product, order: null })
}
