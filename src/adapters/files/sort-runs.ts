// First half of an external merge sort: blocks are collected up to a bound of memory, sorted by
// time (ties: order of arrival) and written to one scratch file as a run. The engine could sort
// too, but needs two to four times the memory for it, and could not be given the times that our
// parser found (README, "Why not ORDER BY").
import type { FileHandle } from 'node:fs/promises'
import type { TimedBlock } from './file-times.ts'

/** A sorted stretch [from, to) of the scratch file. */
export interface Run {
  readonly from: number
  readonly to: number
}

/**
 * Before its bytes a record has: time (Float64), row (Float64), file (UInt32), length (UInt32); all
 * little-endian. Only this process reads it.
 */
export const RECORD_HEADER_BYTES = 24
const WRITE_BYTES = 1 << 20

/** Consumes all blocks; memory: about `memoryBytes` and the block in hand. */
export async function writeRuns(
  blocks: AsyncIterable<TimedBlock>,
  scratch: FileHandle,
  memoryBytes: number,
): Promise<Run[]> {
  const runs: Run[] = []
  let held: TimedBlock[] = []
  let heldBytes = 0
  let end = 0
  const flush = async (): Promise<void> => {
    const to = await writeSorted(held, scratch, end)
    runs.push({ from: end, to })
    held = []
    heldBytes = 0
    end = to
  }
  for await (const timed of blocks) {
    held.push(timed)
    heldBytes += timed.block.bytes.length + timed.block.count * RECORD_HEADER_BYTES
    if (heldBytes >= memoryBytes) await flush()
  }
  if (held.length > 0) await flush()
  return runs
}

/** The held records by time, as (block, index) pairs. */
function sortedOrder(held: readonly TimedBlock[]): { blocks: Uint32Array; indexes: Uint32Array } {
  const count = held.reduce((sum, { block }) => sum + block.count, 0)
  const timesMs = new Float64Array(count)
  const blockOf = new Uint32Array(count)
  const indexOf = new Uint32Array(count)
  let at = 0
  for (const [b, { block }] of held.entries()) {
    timesMs.set(block.timesMs, at)
    blockOf.fill(b, at, at + block.count)
    for (let i = 0; i < block.count; i++) indexOf[at + i] = i
    at += block.count
  }
  const order = new Uint32Array(count)
  for (let i = 0; i < count; i++) order[i] = i
  order.sort((a, b) => timesMs[a]! - timesMs[b]! || a - b)
  return { blocks: order.map((i) => blockOf[i]!), indexes: order.map((i) => indexOf[i]!) }
}

/** Returns the offset behind the run. */
async function writeSorted(
  held: readonly TimedBlock[],
  scratch: FileHandle,
  from: number,
): Promise<number> {
  const { blocks, indexes } = sortedOrder(held)
  let out = Buffer.allocUnsafe(WRITE_BYTES)
  let used = 0
  let position = from
  const write = async (): Promise<void> => {
    await writeAll(scratch, out.subarray(0, used), position)
    position += used
    used = 0
  }
  for (let i = 0; i < blocks.length; i++) {
    const { block, file } = held[blocks[i]!]!
    const index = indexes[i]!
    const start = block.starts[index]!
    const length = block.ends[index]! - start
    const needed = RECORD_HEADER_BYTES + length
    if (used + needed > out.length) await write()
    if (needed > out.length) out = Buffer.allocUnsafe(needed)
    out.writeDoubleLE(block.timesMs[index]!, used)
    out.writeDoubleLE(block.rows[index]!, used + 8)
    out.writeUInt32LE(file, used + 16)
    out.writeUInt32LE(length, used + 20)
    block.bytes.copy(out, used + RECORD_HEADER_BYTES, start, start + length)
    used += needed
  }
  await write()
  return position
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}
