// The error codes that a partition's answer to a Fetch may hold (Kafka protocol guide, "Error
// Codes"), and what each means to a reader.

/** Goes on by itself: leadership moves, a replica recovers. Ask again, of whoever leads then. */
const TRANSIENT: Readonly<Record<number, string>> = {
  3: 'UNKNOWN_TOPIC_OR_PARTITION',
  5: 'LEADER_NOT_AVAILABLE',
  6: 'NOT_LEADER_OR_FOLLOWER',
  7: 'REQUEST_TIMED_OUT',
  9: 'REPLICA_NOT_AVAILABLE',
  13: 'NETWORK_EXCEPTION',
  56: 'KAFKA_STORAGE_ERROR',
  74: 'FENCED_LEADER_EPOCH',
  75: 'UNKNOWN_LEADER_EPOCH',
  78: 'OFFSET_NOT_AVAILABLE',
  100: 'UNKNOWN_TOPIC_ID',
  103: 'INCONSISTENT_TOPIC_ID',
}

const LASTING: Readonly<Record<number, string>> = {
  29: 'TOPIC_AUTHORIZATION_FAILED',
}

export const OFFSET_OUT_OF_RANGE = 1
/** The broker itself finds the log damaged there. */
export const CORRUPT_MESSAGE = 2

/** The error code of a partition or a topic, as an error that `kafkaError` understands. */
export class FetchRefused extends Error {
  readonly type: string
  readonly isTransient: boolean

  /** `what`: the partition, or the topic. */
  constructor(what: string, code: number) {
    const type = TRANSIENT[code] ?? LASTING[code] ?? `error ${code}`
    super(`${what} was not read: ${type}`)
    this.name = 'FetchRefused'
    this.type = type
    this.isTransient = code in TRANSIENT
  }
}
