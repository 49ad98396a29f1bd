// One HMGET of the journeys of a bucket, encoded by hand: the client library spends more on a
// person's 16 bytes as an argument than on all else in reading a journey.
import { Command } from 'ioredis'
import { PERSON_BYTES } from '../../core/person-bytes.ts'

const PERSON_HEAD = Buffer.from(`$${PERSON_BYTES}\r\n`)
const ENCODED_BYTES = PERSON_HEAD.length + PERSON_BYTES + 2
const [CR, LF] = [13, 10]

/** Resolves to one value or null per person, in the order asked for. */
export class JourneysRequest extends Command {
  readonly #encoded: Buffer

  /** @param numbers which persons, of 16 bytes each; they have that bucket in common */
  constructor(bucket: string, persons: Uint8Array, numbers: Int32Array) {
    super('hmget', [bucket])
    this.#encoded = encode(bucket, persons, numbers)
  }

  override toWritable(): Buffer {
    return this.#encoded
  }
}

/** As the Redis protocol has it: the number of words, then each word's length and bytes. */
function encode(bucket: string, persons: Uint8Array, numbers: Int32Array): Buffer {
  const length = Buffer.byteLength(bucket)
  const head = `*${numbers.length + 2}\r\n$5\r\nHMGET\r\n$${length}\r\n${bucket}\r\n`
  const bytes = Buffer.allocUnsafe(Buffer.byteLength(head) + numbers.length * ENCODED_BYTES)
  let at = bytes.write(head)
  for (const number of numbers) {
    for (let i = 0; i < PERSON_HEAD.length; i += 1) bytes[at + i] = PERSON_HEAD[i]!
    at += PERSON_HEAD.length
    const from = number * PERSON_BYTES
    for (let i = 0; i < PERSON_BYTES; i += 1) bytes[at + i] = persons[from + i]!
    at += PERSON_BYTES
    bytes[at] = CR
    bytes[at + 1] = LF
    at += 2
  }
  return bytes
}
