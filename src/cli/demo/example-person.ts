// Somebody whose journey is worth looking at: of those who bought in a live show, the one whose
// number of events comes nearest to what fits a screen.
import type { CoreEvent } from '../../core/event.ts'

const EVENTS_WANTED = 14
/** Pixel and checkout told of the order: one of them may have come too late. */
const PURCHASES_MIN = 2
/** Beyond so many persons it begins anew: an endless demo must not grow. */
const PERSONS_MAX = 20_000

interface Tally {
  events: number
  purchases: number
  hasLive: boolean
}

export class ExamplePerson {
  readonly #tallies = new Map<string, Tally>()

  add({ action, liveEvent }: CoreEvent, userHash: string): void {
    if (this.#tallies.size > PERSONS_MAX) this.#tallies.clear()
    const tally = this.#tallies.get(userHash) ?? { events: 0, purchases: 0, hasLive: false }
    this.#tallies.set(userHash, tally)
    tally.events++
    if (action === 'purchase') tally.purchases++
    if (liveEvent !== '') tally.hasLive = true
  }

  /** null before anybody has bought. */
  get userHash(): string | null {
    let best: string | null = null
    let bestDistance = Infinity
    for (const [userHash, { events, purchases, hasLive }] of this.#tallies) {
      const distance = Math.abs(events - EVENTS_WANTED)
      if (!hasLive || purchases < PURCHASES_MIN || distance >= bestDistance) continue
      best = userHash
      bestDistance = distance
    }
    return best
  }
}
