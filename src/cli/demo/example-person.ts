// Somebody whose journey is worth looking at: of those who saw a live show and bought, one who came
// by several channels before, with about as many events as fit a screen.
import type { CoreEvent } from '../../core/event.ts'

const EVENTS_WANTED = 14
const CHANNELS_WANTED = 4
/** Pixel and checkout told of the order: one of them may have come too late. */
const PURCHASES_MIN = 2
/** Beyond so many persons it begins anew: an endless demo must not grow. */
const PERSONS_MAX = 20_000

interface Tally {
  events: number
  purchases: number
  hasLive: boolean
  readonly channels: Set<string>
  /** Channels before the last purchase. */
  channelsBefore: number
}

export class ExamplePerson {
  readonly #tallies = new Map<string, Tally>()

  add({ action, channel, liveEvent }: CoreEvent, userHash: string): void {
    if (this.#tallies.size > PERSONS_MAX) this.#tallies.clear()
    const tally = this.#tallies.get(userHash) ?? newTally()
    this.#tallies.set(userHash, tally)
    tally.events++
    if (liveEvent !== '') tally.hasLive = true
    if (action === 'purchase') {
      tally.purchases++
      tally.channelsBefore = tally.channels.size
    } else {
      tally.channels.add(channel)
    }
  }

  /** null before anybody has bought. */
  get userHash(): string | null {
    let best: string | null = null
    let bestScore = -Infinity
    for (const [userHash, tally] of this.#tallies) {
      if (!tally.hasLive || tally.purchases < PURCHASES_MIN) continue
      const score = scoreOf(tally)
      if (score <= bestScore) continue
      best = userHash
      bestScore = score
    }
    return best
  }
}

const newTally = (): Tally => ({
  events: 0,
  purchases: 0,
  hasLive: false,
  channels: new Set(),
  channelsBefore: 0,
})

/** A missing channel weighs as much as five events too many or too few. */
const scoreOf = ({ events, channelsBefore }: Tally): number =>
  5 * Math.min(channelsBefore, CHANNELS_WANTED) - Math.abs(events - EVENTS_WANTED)
