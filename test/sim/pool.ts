// Work spread over runners, one per core, each taking what comes next.

/**
 * Calls `work` for the items in their order, in `width` lanes at once, until they are used up or
 * `isOver` says so; what has begun is finished.
 */
export async function inLanes<Item>(
  items: Iterable<Item>,
  width: number,
  work: (item: Item, lane: number) => Promise<void>,
  isOver: () => boolean = () => false,
): Promise<void> {
  const next = items[Symbol.iterator]()
  const lane = async (number: number): Promise<void> => {
    while (!isOver()) {
      const { done, value } = next.next()
      if (done === true) return
      await work(value, number)
    }
  }
  await Promise.all(Array.from({ length: width }, (_, number) => lane(number)))
}
