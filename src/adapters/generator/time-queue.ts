// What is planned but not due yet, first due first: a binary heap. Equal times keep the order in
// which they were planned. Keys lie beside the items in plain arrays of doubles: comparing them
// there, and not through objects, is what makes the queue cheap.

export interface TimeQueue<T> {
  /** Time of the first item; Infinity when there is none. */
  firstMs(): number
  push(timeMs: number, item: T): void
  /** Removes and returns the first item; undefined when there is none. O(log n). */
  shift(): T | undefined
}

export function createTimeQueue<T>(): TimeQueue<T> {
  let times = new Float64Array(1024)
  let orders = new Float64Array(1024)
  const items: T[] = []
  let planned = 0

  const before = (a: number, b: number): boolean =>
    times[a]! < times[b]! || (times[a] === times[b] && orders[a]! < orders[b]!)

  /** What lies at `from` now lies at `to`. */
  function move(from: number, to: number): void {
    times[to] = times[from]!
    orders[to] = orders[from]!
    items[to] = items[from]!
  }

  function grow(): void {
    const [oldTimes, oldOrders] = [times, orders]
    times = new Float64Array(2 * oldTimes.length)
    orders = new Float64Array(2 * oldOrders.length)
    times.set(oldTimes)
    orders.set(oldOrders)
  }

  function push(timeMs: number, item: T): void {
    let hole = items.push(item) - 1
    if (hole === times.length) grow()
    // It was planned last, so only an earlier time brings it before a parent.
    for (let parent = (hole - 1) >> 1; hole > 0 && timeMs < times[parent]!;) {
      move(parent, hole)
      hole = parent
      parent = (hole - 1) >> 1
    }
    times[hole] = timeMs
    orders[hole] = planned++
    items[hole] = item
  }

  function shift(): T | undefined {
    const first = items[0]
    const last = items.length - 1
    let hole = 0
    // The hole sinks below the earlier children until the last item fits in.
    for (let child = 1; child < last; child = 2 * hole + 1) {
      if (child + 1 < last && before(child + 1, child)) child++
      if (before(last, child)) break
      move(child, hole)
      hole = child
    }
    if (last > 0) move(last, hole)
    items.pop()
    return first
  }

  return { firstMs: () => (items.length === 0 ? Infinity : times[0]!), push, shift }
}
