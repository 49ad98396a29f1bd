// Behind kafkajs' public interface (2.2.4, pinned exactly) each of its clients has a cluster, which
// finds leaders, keeps connections, encrypts and logs in.
//
// Before most questions kafkajs asks for the metadata of all topics that its cluster was told of,
// and of every topic there is where it was told of none; and it fails where one partition among
// them has no leader. So ours are told of one: a broker that is down costs only who needs it.
import type { Cluster, Kafka } from 'kafkajs'

export interface InnerCluster extends Cluster {
  readonly targetTopics: Set<string>
  readonly brokerPool: {
    findConnectedBroker(): Promise<{
      metadata(topics: readonly string[]): Promise<ClusterMetadata>
    }>
  }
}

interface ClusterMetadata {
  readonly clusterId: string
  readonly brokers: readonly { readonly host: string; readonly port: number }[]
  /** Of the topics that were asked about. */
  readonly topicMetadata: readonly {
    readonly topic: string
    readonly partitionMetadata: readonly { readonly replicas: readonly number[] }[]
  }[]
}

/** Of one topic, and of the cluster that has it. */
export interface TopicMetadata extends Pick<ClusterMetadata, 'clusterId' | 'brokers'> {
  readonly partitions: readonly { readonly replicas: readonly number[] }[]
}

type CreateCluster = (options: {
  readonly metadataMaxAge: number
  readonly allowAutoTopicCreation: boolean
  readonly isolationLevel: number
}) => InnerCluster

/** kafkajs keeps it under a symbol of its own making. */
export function createClusterOf(kafka: Kafka): CreateCluster {
  const { create } = find(kafka)
  return create
}

/** Clients made of it from now on ask for this topic alone; `made` is told of their clusters. */
export function confine(
  kafka: Kafka,
  topic: string,
  made: (cluster: InnerCluster) => void = () => {},
): Kafka {
  const { symbols, symbol, create } = find(kafka)
  symbols[symbol] = (options) => {
    const cluster = create(options)
    cluster.targetTopics.add(topic)
    made(cluster)
    return cluster
  }
  return kafka
}

/**
 * As of now: kafkajs' own questions may get the answer to one that was asked before. Throws its
 * errors; a topic that is not there is one.
 */
export async function metadataOf(cluster: InnerCluster, topic: string): Promise<TopicMetadata> {
  const broker = await cluster.brokerPool.findConnectedBroker()
  const { clusterId, brokers, topicMetadata } = await broker.metadata([topic])
  const found = topicMetadata.find((one) => one.topic === topic)
  return { clusterId, brokers, partitions: found?.partitionMetadata ?? [] }
}

function find(kafka: Kafka) {
  const symbols = kafka as unknown as Record<symbol, CreateCluster>
  const symbol = Object.getOwnPropertySymbols(kafka).find(
    ({ description }) => description === 'private:Kafka:createCluster',
  )
  const create = symbol && symbols[symbol]
  if (!create) throw new Error('this kafkajs is not the version that tributary was built with')
  return { symbols, symbol, create }
}
