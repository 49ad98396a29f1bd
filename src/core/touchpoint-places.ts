// The different (channel, campaign) pairs among the candidates of a conversion, in the order of
// their first candidate. Reused, without garbage.
import type { Candidates } from './credit.ts'

/** More pairs than this are looked up in a map. */
const SEARCHED_MAX = 16

export class TouchpointPlaces {
  /** How many different pairs there are. */
  count = 0
  #touchpoints = new Int32Array(64)
  #placeOf = new Int32Array(64)
  readonly #map = new Map<number, number>()

  find(of: Candidates): void {
    const candidates = of.to - of.from
    if (candidates > this.#placeOf.length) {
      this.#touchpoints = new Int32Array(candidates * 2)
      this.#placeOf = new Int32Array(candidates * 2)
    }
    this.count = 0
    this.#map.clear()
    for (let i = 0; i < candidates; i++) {
      const touchpoint = of.touchpoints[of.from + i]!
      let place = this.#known(touchpoint)
      if (place < 0) {
        place = this.count++
        this.#touchpoints[place] = touchpoint
        if (candidates > SEARCHED_MAX) this.#map.set(touchpoint, place)
      }
      this.#placeOf[i] = place
    }
  }

  /** channel | campaign << 16 of a place. */
  touchpoint(place: number): number {
    return this.#touchpoints[place]!
  }

  /** The place of a candidate, counted from the first. */
  placeOf(candidate: number): number {
    return this.#placeOf[candidate]!
  }

  #known(touchpoint: number): number {
    if (this.#map.size > 0) return this.#map.get(touchpoint) ?? -1
    for (let place = 0; place < this.count; place++) {
      if (this.#touchpoints[place] === touchpoint) return place
    }
    return -1
  }
}
