// The kafkajs clients. The consumer's never gives up: with kafkajs' own default it would crash,
// rejoin as a new member and wait for its ghost's session. Questions (admin) fail soon instead of
// hanging.
import { Kafka, logLevel } from 'kafkajs'

export interface KafkaOptions {
  /** `host:port`, separated by commas. */
  readonly brokers: string
  readonly clientId: string
}

const PATIENT = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 1_000_000_000 }
const BRISK = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 }

const kafka = ({ brokers, clientId }: KafkaOptions, retry: typeof PATIENT): Kafka =>
  // Its log lines may hold keys and values; what matters arrives as events and errors.
  new Kafka({ brokers: brokers.split(','), clientId, retry, logLevel: logLevel.NOTHING })

export const kafkaConsumer = (options: KafkaOptions, groupId: string) =>
  kafka(options, PATIENT).consumer({
    groupId,
    retry: PATIENT,
    sessionTimeout: 10_000,
    heartbeatInterval: 1_000,
    rebalanceTimeout: 30_000,
    // While every partition is paused the fetch loop sleeps this long before it looks again.
    maxWaitTimeInMs: 200,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
  })

export const kafkaAdmin = (options: KafkaOptions) => kafka(options, BRISK).admin()
