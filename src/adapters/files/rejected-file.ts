// The dead letters of a replay: `rejected.ndjson`, one line per refused record with its place, the reason
// and the record as it was read. The file appears under its name only when it is whole.
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import type { DeadLetter, DeadLetterSink } from '../../ports/dead-letter-sink.ts'

export const REJECTED_FILE = 'rejected.ndjson'

/** Where a refused record came from: the file as given and its row, from 1. */
export interface RecordPlace {
  readonly file: string
  readonly row: number
}

export class RejectedFile implements DeadLetterSink {
  readonly #folder: string
  readonly #placeOf: (offset: number) => RecordPlace
  #stream: WriteStream | null = null

  constructor(folder: string, placeOf: (offset: number) => RecordPlace) {
    this.#folder = folder
    this.#placeOf = placeOf
  }

  async send(letters: readonly DeadLetter[]): Promise<void> {
    const stream = await this.#open()
    let text = ''
    for (const { record, outcome, reason } of letters) {
      const value = record.value === null ? null : Buffer.from(record.value).toString()
      text += `${JSON.stringify({ ...this.#placeOf(record.offset), outcome, reason, value })}\n`
    }
    if (!stream.write(text)) await once(stream, 'drain')
  }

  /** Gives the file its name; there is one even if nothing was refused. */
  async finish(): Promise<void> {
    const stream = await this.#open()
    stream.end()
    await once(stream, 'close')
    await rename(this.#part, join(this.#folder, REJECTED_FILE))
  }

  /** Takes back what was written; after `finish` there is nothing to take back. */
  async discard(): Promise<void> {
    this.#stream?.destroy()
    await rm(this.#part, { force: true })
  }

  get #part(): string {
    return join(this.#folder, `.${REJECTED_FILE}.part`)
  }

  async #open(): Promise<WriteStream> {
    if (this.#stream === null) {
      await mkdir(this.#folder, { recursive: true })
      this.#stream = createWriteStream(this.#part)
    }
    return this.#stream
  }
}
