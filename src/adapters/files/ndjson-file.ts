// NDJSON as lines. The engine splits and unpacks, and finds the time of ordinary lines; but its
// JSON is not ours (of a repeated key it takes the first, it skips a byte-order mark, refuses lone
// surrogates, deep nesting and integers beyond 64 bits). So it vouches only for lines in which
// nothing of that can be: one key "timestamp" at most, no escaped letter, no mark, and valid to it.
// All other lines come over whole, and JSON.parse decides, as it will when the record is applied.
import { decodeUtf8 } from '../../schema/decode-utf8.ts'
import { parseTimestamp } from '../../schema/timestamp.ts'
import { ByteTime } from './byte-time.ts'
import type { Engine } from './engine.ts'
import { readingFailed } from './engine-errors.ts'
import { BlockBuilder } from './event-block.ts'
import type { EventBlock, EventFile } from './event-block.ts'
import { hashUserOfLine } from './hash-user.ts'
import type { LocatedFile } from './locate-files.ts'
import { RowBinaryCursor } from './row-binary.ts'
import { fileFunction } from './stored-file.ts'

/** An escape of a letter of "timestamp" (\u0061 to \u0074) could hide a second key. */
const SQL_ODD = `raw = '' OR countSubstrings(line, '"timestamp"') > 1
  OR multiSearchAny(line, ['\\\\u006', '\\\\u007']) OR startsWith(line, '\\xEF\\xBB\\xBF')`

const statement = (file: LocatedFile, pass: 'times' | 'records'): string =>
  `WITH JSONExtractRaw(line, 'timestamp') AS raw, ${SQL_ODD} AS odd
   SELECT if(odd, '', raw), toUInt32(length(line) + 1), ${pass === 'times' ? `if(odd, line, '')` : 'line'}
   FROM ${fileFunction(file, 'LineAsString', 'line String')}`

export function ndjsonFile(engine: Engine, file: LocatedFile, hashUsers: boolean): EventFile {
  return {
    input: { ...file.input, format: 'ndjson' },
    size: file.compression === 'none' ? file.input.bytes : 0,
    blocks: (pass) => lineBlocks(engine, file, pass),
    decode: ({ bytes, start, end }) => {
      const line = bytes.subarray(start, end)
      return hashUsers ? hashUserOfLine(line) : line
    },
  }
}

async function* lineBlocks(
  engine: Engine,
  file: LocatedFile,
  pass: 'times' | 'records',
): AsyncGenerator<EventBlock> {
  const times = new ByteTime(false)
  let row = 0
  try {
    for await (const bytes of engine.stream(statement(file, pass))) {
      const cursor = new RowBinaryCursor(bytes)
      const block = new BlockBuilder(bytes)
      while (!cursor.done) {
        cursor.string()
        const ordinary = cursor.end > cursor.start
        let timeMs = ordinary ? timeOfStamp(times, cursor) : -1
        block.addSize(cursor.uint32())
        cursor.string()
        row++
        if (!ordinary) {
          if (isBlank(bytes, cursor.start, cursor.end)) continue
          timeMs = timeOfLine(bytes.subarray(cursor.start, cursor.end))
        }
        if (pass === 'times') block.add(timeMs, row, 0, 0)
        else block.add(timeMs, row, cursor.start, cursor.end)
      }
      yield block.take()
    }
  } catch (error) {
    throw readingFailed(error, file)
  }
}

/** Blank lines are no records. */
const isBlank = (bytes: Buffer, start: number, end: number): boolean => {
  for (let i = start; i < end; i++) {
    const byte = bytes[i]
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return false
  }
  return true
}

/** Epoch ms of the timestamp as JSON that the cursor read last; -1: invalid. */
const timeOfStamp = (times: ByteTime, cursor: RowBinaryCursor): number => {
  const timeMs = times.parse(cursor.bytes, cursor.start + 1, cursor.end - 1)
  return timeMs === -1 ? timeOfJson(cursor.latin1()) : timeMs
}

/**
 * Epoch ms of a timestamp as JSON, which the engine wrote anew (no needless escapes); -1: invalid.
 */
export const timeOfJson = (json: string): number =>
  parseTimestamp(json.charCodeAt(0) === 0x22 ? json.slice(1, -1) : Number(json))

/** Epoch ms of the record's timestamp as our parser reads it; -1: no object, or an invalid one. */
export const timeOfLine = (line: Uint8Array): number => {
  const text = decodeUtf8(line)
  if (text === null) return -1
  try {
    const wire: unknown = JSON.parse(text)
    if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) return -1
    return parseTimestamp((wire as { readonly timestamp?: unknown }).timestamp)
  } catch {
    return -1
  }
}
