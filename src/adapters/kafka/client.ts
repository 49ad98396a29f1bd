// The kafkajs clients. The consumer's never gives up: with kafkajs' own default it would crash,
// rejoin as a new member and wait for its ghost's session. Questions (admin) fail soon instead of
// hanging. Producers try for some seconds and then leave it to the caller, who knows what waits.
import { Kafka, logLevel } from 'kafkajs'
import type { Admin, KafkaConfig, Mechanism, SASLOptions } from 'kafkajs'
import { confine, metadataOf } from './inner-cluster.ts'
import type { InnerCluster, TopicMetadata } from './inner-cluster.ts'
import { oauthBearer } from './oauth-bearer.ts'
import { createPartitioner } from './partitioner.ts'

export interface KafkaOptions {
  /** `host:port`, separated by commas. */
  readonly brokers: string
  readonly clientId: string
  /** A member without a heartbeat for so long is taken for dead. Default 10,000. */
  readonly sessionTimeoutMs?: number
  /** Present: TLS. Texts of PEM; what is left out is Node's default. */
  readonly ssl?: KafkaTls
  /** Present: a login over SASL. */
  readonly sasl?: KafkaLogin
}

export interface KafkaTls {
  /** Authorities to trust instead of the public ones. */
  readonly ca?: string
  readonly cert?: string
  readonly key?: string
  /** The name that the certificate must have; default: the broker's host. */
  readonly servername?: string
}

export type KafkaLogin =
  | {
      readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
      readonly username: string
      readonly password: string
    }
  | {
      readonly mechanism: 'oauthbearer'
      /** Holds the token; read anew at each login, since whoever writes it renews it. */
      readonly tokenFile: string
    }

const PATIENT = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 1_000_000_000 }
const BRISK = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 4 }
/** Counts twice where a broker is gone: for the request, and each time for connecting anew. */
const PROMPT = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 2 }
const STEADY = { initialRetryTime: 200, maxRetryTime: 1_000, retries: 10 }

/** kafkajs' default of one second is short for TLS, for far brokers and for busy machines. */
const CONNECTION_TIMEOUT_MS = 5_000
const REQUEST_TIMEOUT_MS = 10_000
const SESSION_TIMEOUT_MS = 10_000
const HEARTBEATS_PER_SESSION = 10

/** The client behind consumer, admin and producers, for what kafkajs' parts do not offer. */
function kafkaClient(options: KafkaOptions, retry: typeof PATIENT): Kafka {
  const { brokers, clientId, ssl, sasl } = options
  const config: KafkaConfig = {
    brokers: brokers.split(','),
    clientId,
    retry,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // Its log lines may hold keys and values; what matters arrives as events and errors.
    logLevel: logLevel.NOTHING,
  }
  if (ssl !== undefined) config.ssl = { ...ssl }
  if (sasl !== undefined) config.sasl = loginOf(sasl)
  return new Kafka(config)
}

function loginOf(login: KafkaLogin): SASLOptions | Mechanism {
  if (login.mechanism === 'oauthbearer') return oauthBearer(login.tokenFile)
  const withPassword: SASLOptions = { ...login }
  return withPassword
}

export function kafkaConsumer(options: KafkaOptions, groupId: string) {
  const { sessionTimeoutMs = SESSION_TIMEOUT_MS } = options
  return kafkaClient(options, PATIENT).consumer({
    groupId,
    retry: PATIENT,
    sessionTimeout: sessionTimeoutMs,
    heartbeatInterval: sessionTimeoutMs / HEARTBEATS_PER_SESSION,
    rebalanceTimeout: 30_000,
    // While every partition is paused the fetch loop sleeps this long before it looks again.
    maxWaitTimeInMs: 200,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
  })
}

/** Fails where any partition of the cluster has no leader: only for what a topic admin cannot. */
export const kafkaAdmin = (options: KafkaOptions) => kafkaClient(options, BRISK).admin()

/** Asks of one topic alone, which must be there. */
export interface TopicAdmin {
  readonly admin: Admin
  /** As of now, once the admin is connected. Throws kafkajs' errors. */
  readonly metadata: () => Promise<TopicMetadata>
}

export function kafkaTopicAdmin(options: KafkaOptions, topic: string): TopicAdmin {
  const clusters: InnerCluster[] = []
  const kafka = confine(kafkaClient(options, BRISK), topic, (made) => clusters.push(made))
  const admin = kafka.admin()
  const [cluster] = clusters
  if (cluster === undefined) throw new Error('kafkajs has made no cluster for its admin')
  return { admin, metadata: () => metadataOf(cluster, topic) }
}

/**
 * `atLeastOnce`: one request at a time, so that a retry cannot overtake; a retried one may land
 * twice; fails within half a minute. `once`: idempotent, so that a retry lands once; at most one
 * send per partition at a time; outlives a broker's restart.
 */
export function kafkaProducer(options: KafkaOptions, topic: string, how: 'atLeastOnce' | 'once') {
  const retry = how === 'once' ? STEADY : PROMPT
  return confine(kafkaClient(options, retry), topic).producer({
    retry,
    metadataMaxAge: 30_000,
    allowAutoTopicCreation: false,
    createPartitioner,
    ...(how === 'once' ? { idempotent: true } : { maxInFlightRequests: 1 }),
  })
}

/** For the reader, which sends requests of its own (`broker-link.ts`). */
export const kafkaReader = (options: KafkaOptions) => kafkaClient(options, BRISK)
