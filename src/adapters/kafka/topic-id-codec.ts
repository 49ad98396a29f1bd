// Metadata, version 12, of one topic (Kafka protocol guide): asked for the topic's id alone, which
// tells a topic from another one of the same name that was created later. kafkajs knows no version
// that names it.
import { FlexibleCursor, writeLength } from './flexible-cursor.ts'
import { requestOf, responseOf } from './protocol.ts'
import type { ProtocolRequest } from './protocol.ts'

/** A broker that takes it knows topics by their ids. */
export const TOPIC_ID_KIND = { apiKey: 3, apiVersion: 12, apiName: 'Metadata' } as const
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
  at = writeLength(bytes, 1, at) + UUID_BYTES
  at = writeLength(bytes, name.length, at)
  at += name.copy(bytes, at)
  // Its tags; do not create it; no list of what one may do with it; the tags of the request.
  at += 4
  return requestOf(TOPIC_ID_KIND, bytes.subarray(0, at))
}

export const topicIdResponse = responseOf(decodeTopicId)

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
