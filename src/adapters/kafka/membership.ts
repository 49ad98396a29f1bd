// This worker as a member of the consumer group, and nothing else: all partitions are paused for
// ever, so kafkajs fetches and decodes nothing, and neither a slow batch nor a poisonous one can
// cost the membership: its loop sleeps, sends heartbeats and sleeps again.
//
// On every join the whole assignment is told. A crash inside kafkajs makes a new group object,
// which joins again and is paused again. Listeners must not throw: kafkajs takes that for a crash.
import type { Consumer, ConsumerGroupJoinEvent } from 'kafkajs'
import type { AssignmentHandler } from '../../ports/record-source.ts'
import type { GroupMember } from './broker-link.ts'
import { kafkaError } from './errors.ts'

/** A heartbeat names the generation; one is due within a second of a join. */
const GENERATION_WAIT_MS = 5_000

export class Membership {
  readonly #consumer: Consumer
  readonly #topic: string
  #handler: AssignmentHandler | null = null
  /** Since the last join; empty: no member. */
  #owned = new Set<number>()
  #identity: Promise<GroupMember | null> = Promise.resolve(null)
  #identified: (identity: GroupMember | null) => void = () => {}
  #memberId = ''

  constructor(consumer: Consumer, topic: string) {
    this.#consumer = consumer
    this.#topic = topic
  }

  /** Resolves once it has joined, or has begun to try again. */
  async start(handler: AssignmentHandler): Promise<void> {
    this.#handler = handler
    const { GROUP_JOIN, HEARTBEAT, CRASH } = this.#consumer.events
    this.#consumer.on(GROUP_JOIN, (event) => this.#joined(event))
    this.#consumer.on(HEARTBEAT, ({ payload }) => this.#beat(payload))
    this.#consumer.on(CRASH, ({ payload }) => {
      this.#lose()
      this.#handler?.lost()
      if (!payload.restart) this.#handler?.dead(kafkaError(payload.error))
    })
    await this.#consumer.connect()
    await this.#consumer.subscribe({ topic: this.#topic, fromBeginning: true })
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: () => Promise.resolve(),
    })
  }

  /** Leaves the group; while Kafka does not answer, it waits for it. */
  async stop(): Promise<void> {
    this.#lose()
    this.#handler = null
    await this.#consumer.disconnect()
  }

  /** Who this is to the group, while it owns the partition; null: it does not. */
  async ownerOf(partition: number): Promise<GroupMember | null> {
    if (!this.#owned.has(partition)) return null
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<null>((done) => {
      timer = setTimeout(() => done(null), GENERATION_WAIT_MS)
    })
    const identity = await Promise.race([this.#identity, late])
    clearTimeout(timer)
    return this.#owned.has(partition) ? identity : null
  }

  /** Runs inside kafkajs' join, before it fetches anything. */
  #joined({ payload }: ConsumerGroupJoinEvent): void {
    this.#lose()
    if (this.#handler === null) return
    const partitions = [...(payload.memberAssignment[this.#topic] ?? [])]
    try {
      this.#consumer.pause([{ topic: this.#topic }])
      this.#owned = new Set(partitions)
      this.#memberId = payload.memberId
      this.#identity = new Promise((identified) => (this.#identified = identified))
      this.#handler.assigned(partitions.toSorted((a, b) => a - b))
    } catch (error) {
      // Thrown on, it would be a crash without a restart; a worker that does not fetch may stay.
      this.#handler.dead(kafkaError(error))
    }
  }

  /** Each of them: one that was on its way during a join names the generation before. */
  #beat({ groupId, memberId, groupGenerationId }: GroupMember): void {
    if (memberId !== this.#memberId) return
    const identity = { groupId, memberId, groupGenerationId }
    this.#identified(identity)
    this.#identity = Promise.resolve(identity)
  }

  #lose(): void {
    this.#owned = new Set()
    this.#memberId = ''
    this.#identified(null)
    this.#identity = Promise.resolve(null)
  }
}
