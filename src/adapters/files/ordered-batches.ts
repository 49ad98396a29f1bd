// All records of all files in event-time order. A first pass over the times alone finds whether
// they lie in order already, the common case: then the files are streamed as they are. Else they
// are sorted on disk.
import type { FileHandle } from 'node:fs/promises'
import { TributaryError } from '../../ports/errors.ts'
import type { EventFile } from './event-block.ts'
import type { FileBatch } from './file-input.ts'
import { timedBlocks } from './file-times.ts'
import type { TimedBlock, TimedBlocks } from './file-times.ts'
import { mergeRuns } from './merge-runs.ts'
import type { Meter } from './progress.ts'
import { writeRuns } from './sort-runs.ts'

export interface Ordering {
  readonly files: readonly EventFile[]
  readonly memoryBytes: number
  readonly meter: Meter
  /** Throws when the reading shall end. */
  readonly checkpoint: () => void
  /** A scratch file that is gone as soon as it is closed. */
  readonly openScratch: () => Promise<FileHandle>
  /** Told the number of records as soon as it is known. */
  readonly onCounted: (records: number) => void
}

export async function* orderedBatches(ordering: Ordering): AsyncGenerator<FileBatch> {
  const blocks = timedBlocks(ordering.files)
  const records = await countIfOrdered(ordering, blocks)
  if (records === null) yield* sorted(ordering, blocks)
  else yield* streamed(ordering, blocks, records)
}

/** The number of records if their times never decrease, else null, found at the first that does. */
async function countIfOrdered(ordering: Ordering, blocks: TimedBlocks): Promise<number | null> {
  const { meter, checkpoint } = ordering
  meter.begin('checking', null)
  let records = 0
  let lastMs = -1
  for await (const { block, file } of blocks('times')) {
    checkpoint()
    lastMs = lastIfOrdered(block.timesMs, lastMs)
    if (lastMs === Infinity) return null
    records += block.count
    meter.block(file, block)
  }
  return records
}

/** The last of the times if they never decrease, beginning from `lastMs`; else Infinity. */
const lastIfOrdered = (timesMs: Float64Array, lastMs: number): number => {
  let last = lastMs
  for (let i = 0; i < timesMs.length; i++) {
    if (timesMs[i]! < last) return Infinity
    last = timesMs[i]!
  }
  return last
}

async function* streamed(
  { files, meter, checkpoint, onCounted }: Ordering,
  blocks: TimedBlocks,
  recordsTotal: number,
): AsyncGenerator<FileBatch> {
  onCounted(recordsTotal)
  meter.begin('applying', recordsTotal)
  let records = 0
  let lastMs = -1
  for await (const { block, file } of blocks('records')) {
    checkpoint()
    records += block.count
    lastMs = lastIfOrdered(block.timesMs, lastMs)
    if (lastMs === Infinity || records > recordsTotal) throw changed(files[file]!)
    const source = files[file]!
    const { timesMs, rows, bytes, starts, ends } = block
    const values = Array.from(starts, (start, i) =>
      source.decode({ bytes, start, end: ends[i]!, row: rows[i]! }),
    )
    if (block.count > 0) {
      yield { timesMs, rows, files: new Uint32Array(block.count).fill(file), values }
    }
    meter.records(block.count)
  }
  if (records < recordsTotal) throw changed(files.at(-1)!)
}

const changed = (file: EventFile): TributaryError =>
  new TributaryError('TRIBUTARY_BAD_DATA', `${file.input.path} was changed while it was read.`, {
    hint: 'Replay a copy, or wait until the file is complete.',
  })

async function* sorted(
  { files, memoryBytes, meter, checkpoint, openScratch, onCounted }: Ordering,
  blocks: TimedBlocks,
): AsyncGenerator<FileBatch> {
  const scratch = await openScratch()
  try {
    meter.begin('sorting', null)
    let records = 0
    const passing = async function* (): AsyncGenerator<TimedBlock> {
      for await (const timed of blocks('records')) {
        checkpoint()
        records += timed.block.count
        yield timed
        meter.block(timed.file, timed.block)
      }
    }
    const runs = await writeRuns(passing(), scratch, memoryBytes)
    onCounted(records)
    meter.begin('applying', records)
    for await (const merged of mergeRuns(scratch, runs)) {
      checkpoint()
      const { bytes, starts, ends, timesMs, rows } = merged
      const values = Array.from(starts, (start, i) =>
        files[merged.files[i]!]!.decode({ bytes, start, end: ends[i]!, row: rows[i]! }),
      )
      yield { timesMs, rows, files: merged.files, values }
      meter.records(merged.count)
    }
  } finally {
    await scratch.close()
  }
}
