// The dead letters of a replay: `rejected.ndjson`, one line per refused record with its place, the
// reason and the record as it was read. The file appears under its name only when it is whole.
import { createWriteStream } from 'node:fs'
import { mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { once } from 'node:events'
import type { WriteStream } from 'node:fs'
import type { DeadLetter, DeadLetterSink } from '../../ports/dead-letter-sink.ts'

export const REJECTED_FILE = 'rejected.ndjson'

/** Headers that say where a record of a file came from: the file's label and its row, from 1. */
export const FILE_HEADER = 'tributary.file'
export const ROW_HEADER = 'tributary.row'

export class RejectedFile implements DeadLetterSink {
  readonly #folder: string
  #stream: WriteStream | null = null

  constructor(folder: string) {
    this.#folder = folder
  }

  async send(letters: readonly DeadLetter[]): Promise<void> {
    const stream = await this.#open()
    let text = ''
    for (const { record, outcome, reason } of letters) {
      const file = textOf(record.headers?.[FILE_HEADER])
      const row = Number(textOf(record.headers?.[ROW_HEADER]))
      text += `${JSON.stringify({ file, row, outcome, reason, value: textOf(record.value) })}\n`
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

function textOf(bytes: Uint8Array | null | undefined): string | null {
  return bytes === null || bytes === undefined ? null : Buffer.from(bytes).toString()
}
