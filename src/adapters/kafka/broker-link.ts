// Requests of our own over kafkajs' connections, which carry any: so fetching is ours, and kafkajs
// never decodes a record.
//
// kafkajs takes a broker's second connection for Fetch, so a long poll delays nothing else.
import type { Broker, Cluster, Kafka } from 'kafkajs'
import { TributaryError } from '../../ports/errors.ts'
import type { LogBounds } from '../../ports/record-source.ts'
import { READ_COMMITTED } from './fetch-codec.ts'
import { FetchRefused } from './fetch-errors.ts'
import { createClusterOf } from './inner-cluster.ts'
import type { ProtocolRequest, ProtocolResponse, RequestKind } from './protocol.ts'
import { TOPIC_ID_KIND, topicIdRequest, topicIdResponse } from './topic-id-codec.ts'

const METADATA_MAX_AGE_MS = 30_000

interface LinkedBroker extends Broker {
  readonly versions: Readonly<Record<number, { minVersion: number; maxVersion: number }>>
  readonly connectionPool: {
    readonly host: string
    readonly port: number
    send<T>(exchange: { request: ProtocolRequest; response: ProtocolResponse<T> }): Promise<T>
  }
}

/** A member as its group knows it. */
export interface GroupMember {
  readonly groupId: string
  readonly memberId: string
  readonly groupGenerationId: number
}

export class BrokerLink {
  readonly #cluster: Cluster
  readonly #topic: string
  /** '' while it has not been asked for. */
  #topicId = ''
  #isClosed = false

  constructor(kafka: Kafka, topic: string) {
    this.#cluster = createClusterOf(kafka)({
      metadataMaxAge: METADATA_MAX_AGE_MS,
      allowAutoTopicCreation: false,
      isolationLevel: READ_COMMITTED,
    })
    this.#topic = topic
  }

  async connect(): Promise<void> {
    await this.#cluster.connect()
    await this.#cluster.addTargetTopic(this.#topic)
  }

  async disconnect(): Promise<void> {
    this.#isClosed = true
    await this.#cluster.disconnect()
  }

  /** Asks again who leads what; kafkajs reconnects where it has to. */
  async refresh(): Promise<void> {
    this.#topicId = ''
    if (!this.#cluster.isConnected()) await this.#cluster.connect()
    await this.#cluster.refreshMetadata()
    // What was opened meanwhile would keep the process alive.
    if (this.#isClosed) await this.#cluster.disconnect()
  }

  /** The node that leads a partition; undefined: nobody does, as far as is known. */
  async leaderOf(partition: number): Promise<string | undefined> {
    await this.#cluster.refreshMetadataIfNecessary()
    const leaders = this.#cluster.findLeaderForPartitions(this.#topic, [partition])
    return Object.keys(leaders).find((node) => Number(node) >= 0)
  }

  /**
   * The id that the topic had when it was asked for last: at first, or after a refresh; '' where a
   * node knows topics by their names only (before Kafka 3.1).
   */
  async topicIdFor(nodeId: string): Promise<string> {
    if (this.#topicId === '') this.#topicId = await this.#askTopicId(nodeId)
    return this.#topicId
  }

  /** As of now: never the answer to what was asked before. */
  async topicId(): Promise<string> {
    await this.refresh()
    const node = await this.leaderOf(0)
    if (node === undefined) return ''
    this.#topicId = await this.#askTopicId(node)
    return this.#topicId
  }

  async #askTopicId(nodeId: string): Promise<string> {
    if (!takes(await this.#broker(nodeId), TOPIC_ID_KIND)) return ''
    const request = topicIdRequest(this.#topic)
    const { errorCode, topicId } = await this.send(nodeId, request, topicIdResponse)
    if (errorCode !== 0) throw new FetchRefused(this.#topic, errorCode)
    return topicId
  }

  /** One request to one node; an error drops the node's connections: `refresh` opens new ones. */
  async send<T>(
    nodeId: string,
    request: ProtocolRequest,
    response: ProtocolResponse<T>,
  ): Promise<T> {
    const broker = await this.#broker(nodeId)
    expectVersion(broker, request)
    try {
      return await broker.connectionPool.send({ request, response })
    } catch (error) {
      // A connection that timed out half-open would time out again; and kafkajs would go on to
      // close a closed one at every attempt.
      const { host, port } = broker.connectionPool
      this.#cluster.removeBroker({ host, port })
      await broker.disconnect()
      throw error
    }
  }

  async #broker(nodeId: string): Promise<LinkedBroker> {
    return (await this.#cluster.findBroker({ nodeId })) as LinkedBroker
  }

  /** The group takes the offset only of a member of its present generation. */
  async note(member: GroupMember, partition: number, next: number): Promise<void> {
    const coordinator = await this.#cluster.findGroupCoordinator(member)
    const offsets = [{ partition, offset: String(next) }]
    await coordinator.offsetCommit({
      ...member,
      topics: [{ topic: this.#topic, partitions: offsets }],
    })
  }

  /** The log's start and its last stable offset: what a reader of committed records can reach. */
  async bounds(partition: number): Promise<LogBounds> {
    await this.#cluster.refreshMetadataIfNecessary()
    const ask = async (fromBeginning: boolean) => {
      const topics = [{ topic: this.#topic, partitions: [{ partition }], fromBeginning }]
      const [answer] = await this.#cluster.fetchTopicsOffset(topics)
      const found = answer?.partitions.find((one) => one.partition === partition)
      if (!found) throw new Error(`${this.#topic} has no partition ${partition} with a leader`)
      return Number(found.offset)
    }
    // In this order: the end is never below a start that was read before it.
    const low = await ask(true)
    return { low, high: await ask(false) }
  }
}

/** kafkajs adapts its own requests to the broker; ours are of one version. */
function expectVersion(broker: LinkedBroker, request: ProtocolRequest) {
  if (takes(broker, request)) return
  const { apiVersion, apiName } = request
  throw new TributaryError(
    'TRIBUTARY_KAFKA_UNAVAILABLE',
    `this Kafka broker does not take version ${apiVersion} of ${apiName} requests`,
    { hint: 'Apache Kafka 2.3 to 4.x does' },
  )
}

function takes({ versions }: LinkedBroker, { apiKey, apiVersion }: RequestKind): boolean {
  const range = versions[apiKey]
  return range !== undefined && range.minVersion <= apiVersion && range.maxVersion >= apiVersion
}
