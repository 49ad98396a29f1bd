// The time of records that have none: that of the record before them in the file; ahead of the
// first dated record, its time. A file without any dated record goes on from the file before it,
// else it takes the first time of the files behind it. Where there is no time at all, the first
// that the contract knows.
import { TIME_MS_MIN } from '../../schema/timestamp.ts'
import type { EventBlock, EventFile } from './event-block.ts'

export interface TimedBlock {
  readonly block: EventBlock
  /** Index of the file. */
  readonly file: number
}

export type TimedBlocks = (pass: 'times' | 'records') => AsyncIterableIterator<TimedBlock>

/**
 * All blocks of all files, in the order of files and rows, every record with a time (written in
 * place).
 */
export function timedBlocks(files: readonly EventFile[]): TimedBlocks {
  const firstTimes = new Map<number, number>()
  const firstTime = async (file: number): Promise<number> => {
    const known = firstTimes.get(file) ?? (await findFirstTime(files[file]!))
    firstTimes.set(file, known)
    return known
  }
  const startTime = async (file: number, timeBefore: number): Promise<number> => {
    const own = await firstTime(file)
    if (own !== -1) return own
    if (timeBefore !== -1) return timeBefore
    for (let next = file + 1; next < files.length; next++) {
      const timeMs = await firstTime(next)
      if (timeMs !== -1) return timeMs
    }
    return TIME_MS_MIN
  }

  return async function* (pass) {
    let timeBefore = -1
    for (const [file, source] of files.entries()) {
      let lastMs = -1
      for await (const block of source.blocks(pass)) {
        if (lastMs === -1 && block.timesMs[0] === -1) lastMs = await startTime(file, timeBefore)
        lastMs = fillIn(block.timesMs, lastMs)
        yield { block, file }
      }
      if (lastMs !== -1) timeBefore = lastMs
    }
  }
}

/** Gives undated records the time of the one before; returns the last time. */
function fillIn(timesMs: Float64Array, lastMs: number): number {
  let last = lastMs
  for (let i = 0; i < timesMs.length; i++) {
    if (timesMs[i] === -1) timesMs[i] = last
    else last = timesMs[i]!
  }
  return last
}

/** The first valid time of a file, -1 if it has none. Reads no further than that. */
async function findFirstTime(file: EventFile): Promise<number> {
  for await (const block of file.blocks('times')) {
    const timeMs = block.timesMs.find((time) => time !== -1)
    if (timeMs !== undefined) return timeMs
  }
  return -1
}
