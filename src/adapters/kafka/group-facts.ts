// Where a consumer group stands in a topic, and where the topic itself does.
// The default import: what kafkajs names behind CompressionTypes, Node cannot name.
import kafkajs from 'kafkajs'
import type { Admin, GroupDescription } from 'kafkajs'
import { GROUP_NOT_YET, LEADER_NOT_YET, untilReady } from './until-ready.ts'

const { AssignerProtocol } = kafkajs

export interface GroupFacts {
  /** Kafka's word: `Stable`, `Empty`, `PreparingRebalance` …; `Dead`: there is no such group. */
  readonly state: string
  /** By client id, each with its partitions of the topic. */
  readonly members: readonly GroupMember[]
  readonly partitions: readonly GroupPosition[]
}

export interface GroupMember {
  readonly clientId: string
  readonly host: string
  readonly partitions: readonly number[]
}

export interface GroupPosition {
  readonly partition: number
  readonly low: number
  readonly high: number
  /** What the group has noted; null: nothing. */
  readonly noted: number | null
  /** Records from there, or else from the start, to the end. */
  readonly lag: number
}

const endsOf = (admin: Admin, topic: string) =>
  untilReady(LEADER_NOT_YET, () => admin.fetchTopicOffsets(topic))

export async function askGroup(admin: Admin, group: string, topic: string): Promise<GroupFacts> {
  const ends = await endsOf(admin, topic)
  const [noted] = await untilReady(GROUP_NOT_YET, () =>
    admin.fetchOffsets({ groupId: group, topics: [topic] }),
  )
  const { groups } = await untilReady(GROUP_NOT_YET, () => admin.describeGroups([group]))
  const found = groups[0]
  const positions = ends.map(({ partition, low, high }): GroupPosition => {
    const offset = noted?.partitions.find((one) => one.partition === partition)?.offset ?? '-1'
    const at = offset === '-1' ? null : Number(offset)
    const lag = Math.max(0, Number(high) - Math.max(at ?? 0, Number(low)))
    return { partition, low: Number(low), high: Number(high), noted: at, lag }
  })
  return {
    state: found?.state ?? 'Dead',
    members: membersOf(found, topic),
    partitions: positions.toSorted((a, b) => a.partition - b.partition),
  }
}

/** Where no record is as late, Kafka answers with the end of the log as it is by then. */
export async function partitionsFrom(
  admin: Admin,
  topic: string,
  timeMs: number,
): Promise<number[]> {
  const ends = await endsOf(admin, topic)
  const found = await untilReady(LEADER_NOT_YET, () =>
    admin.fetchTopicOffsetsByTimestamp(topic, timeMs),
  )
  const at = new Map(found.map(({ partition, offset }) => [partition, Number(offset)]))
  return ends
    .filter(({ partition, high }) => (at.get(partition) ?? Infinity) < Number(high))
    .map(({ partition }) => partition)
    .toSorted((a, b) => a - b)
}

function membersOf(group: GroupDescription | undefined, topic: string): GroupMember[] {
  const members = (group?.members ?? []).map(({ clientId, clientHost, memberAssignment }) => {
    const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment[topic]
    return { clientId, host: clientHost, partitions: (assigned ?? []).toSorted((a, b) => a - b) }
  })
  return members.toSorted((a, b) => (a.clientId < b.clientId ? -1 : 1))
}
