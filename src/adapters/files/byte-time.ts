// Times straight from bytes, in the forms that nearly every file has: `YYYY-MM-DDThh:mm:ss[.mmm]Z`,
// and the same without zone where that means UTC. Anything else, valid or not, is left to the
// parser that decides (src/schema/timestamp.ts, cell-time.ts); a property test shows that the two
// agree.
import { parseTimestamp } from '../../schema/timestamp.ts'

const DATE_TIME = 19

/** The number of two digits at `at`; at least 100 if they are none. */
const pair = (bytes: Buffer, at: number): number => {
  const tens = (bytes[at]! - 0x30) >>> 0
  const ones = (bytes[at + 1]! - 0x30) >>> 0
  return tens <= 9 && ones <= 9 ? tens * 10 + ones : 100
}

export class ByteTime {
  readonly #wallIsUtc: boolean
  /** The day read last: as eight digits, and its start in epoch ms (-1: no such day). */
  #day = -1
  #dayMs = -1

  /** `wallIsUtc`: takes times without a zone too, with a blank or T before the hours. */
  constructor(wallIsUtc: boolean) {
    this.#wallIsUtc = wallIsUtc
  }

  /** Epoch ms; -1: not in one of these forms. */
  parse(bytes: Buffer, start: number, end: number): number {
    const length = end - start
    const isWall = length === DATE_TIME
    if (isWall ? !this.#wallIsUtc : length !== 20 && length !== 24) return -1
    if (!isWall && bytes[end - 1] !== 0x5a) return -1
    const separator = bytes[start + 10]
    if (separator !== 0x54 && !(isWall && separator === 0x20)) return -1
    if (bytes[start + 13] !== 0x3a || bytes[start + 16] !== 0x3a) return -1
    const hour = pair(bytes, start + 11)
    const minute = pair(bytes, start + 14)
    const second = pair(bytes, start + 17)
    if (hour > 23 || minute > 59 || second > 59) return -1
    let ms = 0
    if (length === 24) {
      const tens = pair(bytes, start + 20)
      const ones = (bytes[start + 22]! - 0x30) >>> 0
      if (bytes[start + 19] !== 0x2e || tens > 99 || ones > 9) return -1
      ms = tens * 10 + ones
    }
    const dayMs = this.#dayAt(bytes, start)
    return dayMs === -1 ? -1 : dayMs + ((hour * 60 + minute) * 60 + second) * 1000 + ms
  }

  #dayAt(bytes: Buffer, at: number): number {
    if (bytes[at + 4] !== 0x2d || bytes[at + 7] !== 0x2d) return -1
    const century = pair(bytes, at)
    const year = pair(bytes, at + 2)
    const month = pair(bytes, at + 5)
    const day = pair(bytes, at + 8)
    if (century > 99 || year > 99 || month > 99 || day > 99) return -1
    const digits = ((century * 100 + year) * 100 + month) * 100 + day
    if (digits !== this.#day) {
      this.#day = digits
      this.#dayMs = parseTimestamp(`${bytes.toString('latin1', at, at + 10)}T00:00Z`)
    }
    return this.#dayMs
  }
}
