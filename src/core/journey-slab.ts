// Memory for packed journeys: pages of 32-bit words cut into size classes, each with a free list,
// so that a million journeys cost no objects and growing one copies only its own words.

const PAGE_SHIFT = 20
const PAGE_WORDS = 1 << PAGE_SHIFT
/** The first page is small, each later one twice as long up to a full page: few cost little. */
const FIRST_PAGE_WORDS = 1 << 10
/** Capacities in words, each about a third more than the one before: little waste, few moves. */
const CLASSES = sizeClasses()

function sizeClasses(): Int32Array {
  const sizes = [16]
  for (;;) {
    const last = sizes[sizes.length - 1]!
    if (last >= PAGE_WORDS) break
    sizes.push(Math.min(PAGE_WORDS, Math.ceil((last * 4) / 3 / 8) * 8))
  }
  return Int32Array.from(sizes)
}

export class JourneySlab {
  readonly #pages: Int32Array[] = []
  /** Length of the page that is being cut, and words used of it. */
  #pageWords = 0
  #cut = 0
  readonly #free: number[][] = Array.from(CLASSES, () => [])
  /** Words that were freed and not taken again. */
  freeWords = 0

  /** The class that holds `words` words. */
  classOf(words: number): number {
    let low = 0
    let high = CLASSES.length - 1
    while (low < high) {
      const middle = (low + high) >> 1
      if (CLASSES[middle]! < words) low = middle + 1
      else high = middle
    }
    return low
  }

  capacity(sizeClass: number): number {
    return CLASSES[sizeClass]!
  }

  page(address: number): Int32Array {
    return this.#pages[address >>> PAGE_SHIFT]!
  }

  /** Position of an address within its page. */
  base(address: number): number {
    return address & (PAGE_WORDS - 1)
  }

  allocate(sizeClass: number): number {
    const reused = this.#free[sizeClass]!.pop()
    const words = CLASSES[sizeClass]!
    if (reused !== undefined) {
      this.freeWords -= words
      return reused
    }
    if (this.#cut + words > this.#pageWords) {
      const grown = Math.min(PAGE_WORDS, Math.max(FIRST_PAGE_WORDS, 2 * this.#pageWords))
      this.#pageWords = Math.max(words, grown)
      this.#pages.push(new Int32Array(this.#pageWords))
      this.#cut = 0
    }
    const address = ((this.#pages.length - 1) << PAGE_SHIFT) | this.#cut
    this.#cut += words
    return address
  }

  free(address: number, sizeClass: number): void {
    this.#free[sizeClass]!.push(address)
    this.freeWords += CLASSES[sizeClass]!
  }
}
