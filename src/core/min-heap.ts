// A binary min-heap of (key, value) pairs, ordered by key, then value.

export class MinHeap {
  readonly #keys: number[] = []
  readonly #values: number[] = []

  get size(): number {
    return this.#keys.length
  }

  /** Key and value on top; only while `size` > 0. */
  get key(): number {
    return this.#keys[0]!
  }

  get value(): number {
    return this.#values[0]!
  }

  push(key: number, value: number): void {
    let at = this.#keys.length
    while (at > 0) {
      const parent = (at - 1) >> 1
      if (!this.#isLess(key, value, parent)) break
      this.#move(parent, at)
      at = parent
    }
    this.#keys[at] = key
    this.#values[at] = value
  }

  pop(): void {
    const key = this.#keys.pop()!
    const value = this.#values.pop()!
    const size = this.#keys.length
    if (size === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      if (child >= size) break
      const right = child + 1
      if (right < size && this.#isLess(this.#keys[right]!, this.#values[right]!, child))
        child = right
      if (this.#isLess(key, value, child)) break
      this.#move(child, at)
      at = child
    }
    this.#keys[at] = key
    this.#values[at] = value
  }

  #isLess(key: number, value: number, at: number): boolean {
    const other = this.#keys[at]!
    return key === other ? value < this.#values[at]! : key < other
  }

  #move(from: number, to: number): void {
    this.#keys[to] = this.#keys[from]!
    this.#values[to] = this.#values[from]!
  }
}
