// Where ticks are appended: to a partition's own log, so that every replay meets them again.

/** A record with this header and an empty value only carries its record time. */
export const TICK_HEADER = 'tributary.tick'

export interface TickSink {
  /**
   * Appends one tick to the partition. `timeMs`: its record time, epoch ms, where producers give
   * it (CreateTime); left out, the broker's clock counts. At least once: an error is ambiguous.
   */
  append(partition: number, timeMs?: number): Promise<void>
}
