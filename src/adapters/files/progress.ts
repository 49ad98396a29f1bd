// How far a pass is, in records and in bytes of the files as stored. Inside a file by the share of
// its unpacked bytes; inside a compressed one that share is unknown, so there the bytes move from
// file to file.
import type { EventBlock, EventFile } from './event-block.ts'
import type { FileProgress } from './file-input.ts'

export class Meter {
  readonly #files: readonly EventFile[]
  readonly #notify: (progress: FileProgress) => void
  readonly #bytesTotal: number
  #phase: FileProgress['phase'] = 'checking'
  #records = 0
  #recordsTotal: number | null = null
  #file = 0
  /** Stored bytes of the files before the current one, unpacked bytes seen of the current one. */
  #bytesBefore = 0
  #seen = 0

  constructor(files: readonly EventFile[], notify: (progress: FileProgress) => void) {
    this.#files = files
    this.#notify = notify
    this.#bytesTotal = files.reduce((sum, { input }) => sum + input.bytes, 0)
  }

  begin(phase: FileProgress['phase'], recordsTotal: number | null): void {
    this.#phase = phase
    this.#recordsTotal = recordsTotal
    this.#records = 0
    this.#file = 0
    this.#bytesBefore = 0
    this.#seen = 0
    this.#tell()
  }

  /** A block of a file has been passed; files come in order. */
  block(file: number, block: EventBlock): void {
    while (this.#file < file) {
      this.#bytesBefore += this.#files[this.#file++]!.input.bytes
      this.#seen = 0
    }
    this.#seen += block.size
    this.#records += block.count
    this.#tell()
  }

  /** Records in order have been handed out. */
  records(count: number): void {
    this.#records += count
    this.#tell()
  }

  #tell(): void {
    this.#notify({
      phase: this.#phase,
      records: this.#records,
      recordsTotal: this.#recordsTotal,
      bytes: Math.round(this.#bytes()),
      bytesTotal: this.#bytesTotal,
    })
  }

  #bytes(): number {
    if (this.#recordsTotal !== null) {
      return (this.#bytesTotal * this.#records) / Math.max(this.#recordsTotal, 1)
    }
    const file = this.#files[this.#file]
    if (file === undefined || file.size === 0) return this.#bytesBefore
    return this.#bytesBefore + file.input.bytes * Math.min(this.#seen / file.size, 1)
  }
}
