// Metadata, version 12, of one topic (Kafka protocol guide): asked for the topic's id alone, which
// tells a topic from another one of the same name that was created later. kafkajs knows no version
// that names it.
import type { ProtocolRequest, ProtocolResponse } from './fetch-codec.ts'
import { FlexibleCursor } from './flexible-cursor.ts'

const METADATA_API = 3
const METADATA_VERSION = 12
const UUID_BYTES = 16
const NO_TAGS = 0
/** Topics hold at most 249 characters, all ASCII. */
const LENGTH_BYTES_MAX = 2

export interface TopicIdAnswer {
  readonly clientSideThrottleTime: number
  /** 0: none; else a number of the protocol guide's list. */
  readonly errorCode: number
  /** Hexadecimal digits. */
  readonly topicId: string
}

export function topicIdRequest(topic: string): ProtocolRequest {
  const name = Buffer.from(topic)
  const bytes = Buffer.alloc(8 + UUID_BYTES + LENGTH_BYTES_MAX + name.length)
  // The tags of the request's header, which kafkajs does not write; one topic, without an id.
  let at = bytes.writeUInt8(NO_TAGS)
  at = bytes.writeUInt8(2, at) + UUID_BYTES
  at = writeLength(bytes, name.length, at)
  at += name.copy(bytes, at)
  // Its tags; do not create it; no list of what one may do with it; the tags of the request.
  at += 4
  const body = bytes.subarray(0, at)
  return {
    apiKey: METADATA_API,
    apiVersion: METADATA_VERSION,
    apiName: 'Metadata',
    encode: () => Promise.resolve({ buf: body, buffer: body }),
  }
}

function writeLength(bytes: Buffer, length: number, at: number): number {
  const value = length + 1
  if (value < 0x80) return bytes.writeUInt8(value, at)
  return bytes.writeUInt8(value >> 7, bytes.writeUInt8((value & 0x7f) | 0x80, at))
}

export const topicIdResponse: ProtocolResponse<TopicIdAnswer> = {
  decode: async (payload) => decodeTopicId(payload),
  parse: (answer) => Promise.resolve(answer),
}

/** Throws a RangeError where the payload is cut short. */
function decodeTopicId(payload: Buffer): TopicIdAnswer {
  const cursor = new FlexibleCursor(payload)
  cursor.skipTags()
  const clientSideThrottleTime = cursor.int32()
  for (let brokers = cursor.length(); brokers > 0; brokers--) {
    cursor.int32()
    cursor.string()
    cursor.int32()
    cursor.string()
    cursor.skipTags()
  }
  // The cluster's id and its controller.
  cursor.string()
  cursor.int32()
  if (cursor.length() !== 1) throw new Error('Kafka did not tell of the one topic asked for')
  const errorCode = cursor.int16()
  cursor.string()
  return { clientSideThrottleTime, errorCode, topicId: cursor.uuid() }
}
