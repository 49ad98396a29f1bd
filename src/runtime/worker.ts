// A worker of many partitions: what the group assigns is acquired and consumed side by side, each
// partition by itself, and flushed together. It never ends by itself: `ended` tells why it should,
// and `stop` lets everything under way come to its end, within bounds.
import type { AssignmentHandler, TopicFacts } from '../ports/record-source.ts'
import { FlushLoop } from './flush-loop.ts'
import { PartitionLoop } from './partition-loop.ts'
import { sentence } from './sentence.ts'
import { OVER, within } from './waiting.ts'
import { watchOver } from './watchdog.ts'
import type { WorkerEnd, WorkerOptions, WorkerStatus } from './worker-options.ts'

/** From one look at the topic as a whole to the next. */
const FACTS_EVERY_MS = 60_000
/** What a stop waits for: commits under way, the last flush, the group. */
const DRAIN_MAX_MS = 10_000
const FLUSH_MAX_MS = 10_000
const LEAVE_MAX_MS = 5_000

export class Worker {
  readonly #options: WorkerOptions
  readonly #loops = new Map<number, PartitionLoop>()
  readonly #flushLoop: FlushLoop
  /** Ends what runs beside the partitions. */
  readonly #background = new AbortController()
  /** Resolves, at most once, when the worker cannot go on by itself and should be stopped. */
  readonly ended: Promise<WorkerEnd>
  #end: (end: WorkerEnd) => void = () => undefined
  #facts: TopicFacts | null = null
  /** How often the topic was asked about and has answered. */
  #answers = 0
  #isMember = false
  #hasStarted = false
  #stopping: Promise<void> | null = null

  constructor(options: WorkerOptions) {
    this.#options = options
    this.#flushLoop = new FlushLoop(options, () => this.#loops.values())
    this.ended = new Promise((resolve) => (this.#end = resolve))
  }

  /** Joins the group; partitions are acquired as they are assigned. Throws what the source does. */
  async start(): Promise<void> {
    if (this.#hasStarted || this.#stopping !== null) return
    this.#hasStarted = true
    const { source, telemetry } = this.#options
    telemetry.log('info', 'worker_started', 'the worker joins its group', { group: source.group })
    this.#runBeside()
    try {
      await source.start(this.#handler)
    } catch (error) {
      // A stop meanwhile is no failure to start.
      if (this.#stopping === null) throw error
    }
  }

  /**
   * Applies what has been read, flushes everything, notes the positions and leaves the group; what
   * does not answer in time is abandoned, and done again by whoever comes next. May be called at
   * any time, and more than once. Throws if the group could not be left.
   */
  stop(): Promise<void> {
    this.#stopping ??= this.#stop()
    return this.#stopping
  }

  status(): WorkerStatus {
    const partitions = [...this.#loops.values()].sort((a, b) => a.partition - b.partition)
    return {
      isMember: this.#isMember,
      isStopping: this.#stopping !== null,
      partitions: partitions.map(({ state }) => state.status()),
      flushedMs: this.#flushLoop.flushedMs,
    }
  }

  readonly #handler: AssignmentHandler = {
    assigned: (partitions) => this.#assign(partitions),
    lost: () => {
      const message = 'no longer a member of the group, for now'
      this.#options.telemetry.log('warn', 'partitions_lost', message)
      this.#releaseAll()
    },
    dead: (error) => {
      const message = `the membership of the group is dead: ${sentence(error)}`
      this.#options.telemetry.log('error', 'client_dead', message)
      this.#releaseAll()
      this.#end({ why: 'dead', message })
    },
  }

  #assign(partitions: readonly number[]): void {
    const { telemetry, probe } = this.#options
    void probe.at('assign')
    this.#isMember = true
    telemetry.log('info', 'partitions_assigned', 'the group has assigned', { partitions })
    const ours = new Set(partitions)
    for (const [partition, loop] of this.#loops) {
      // One that has halted is acquired anew: an operator may have decided meanwhile.
      if (ours.has(partition) && loop.state.halt === null) continue
      loop.release()
      this.#loops.delete(partition)
    }
    if (this.#stopping !== null) return
    for (const partition of ours) {
      if (!this.#loops.has(partition)) this.#loops.set(partition, this.#loopFor(partition))
    }
    void probe.at('assigned')
  }

  #loopFor(partition: number): PartitionLoop {
    return new PartitionLoop(partition, {
      options: this.#options,
      seenFacts: () => this.#facts,
      askFacts: () => this.#askFacts(),
      requestFlush: () => this.#flushLoop.request(),
      halted: (loop) => this.#halted(loop),
    })
  }

  #releaseAll(): void {
    this.#isMember = false
    for (const loop of this.#loops.values()) loop.release()
    this.#loops.clear()
  }

  #halted({ partition, state }: PartitionLoop): void {
    const isLast = [...this.#loops.values()].every((loop) => loop.state.halt !== null)
    if (this.#options.onHalt !== 'exit' && !isLast) return
    const message = `partition ${partition} has halted: ${state.halt?.message ?? ''}`
    this.#end({ why: 'halted', message })
  }

  /** What runs beside the partitions; none of it ever fails but by a mistake of ours. */
  #runBeside(): void {
    const { signal } = this.#background
    const stalled = (message: string) => this.#end({ why: 'stalled', message })
    const loops = () => this.#loops.values()
    const all = [
      this.#flushLoop.run(),
      this.#watchTopic(signal),
      watchOver({ options: this.#options, loops, stalled, signal }),
    ]
    for (const one of all) {
      one.catch((error: unknown) => {
        this.#end({ why: 'dead', message: sentence(error) })
      })
    }
  }

  /** Answers overtake each other: which of two that differ is the newer, nobody can tell. */
  async #askFacts(): Promise<TopicFacts> {
    const before = this.#answers
    const facts = await this.#options.source.facts()
    const isAlone = this.#answers++ === before
    const isSame = JSON.stringify(facts) === JSON.stringify(this.#facts)
    this.#facts = isAlone || isSame ? facts : null
    return facts
  }

  async #watchTopic(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options
    while (!signal.aborted) {
      await clock.sleep(FACTS_EVERY_MS, signal)
      try {
        if (!signal.aborted) await this.#askFacts()
      } catch {
        // No answer says nothing of the topic: what was seen last holds.
      }
    }
  }

  async #stop(): Promise<void> {
    const { source, clock, telemetry, probe } = this.#options
    await probe.at('stop')
    telemetry.log('info', 'worker_stopping', 'the worker stops')
    for (const loop of this.#loops.values()) loop.finish()
    const ends = [...this.#loops.values()].map(({ ended }) => ended)
    await within(clock, DRAIN_MAX_MS, Promise.all(ends))
    await probe.at('drained')
    this.#flushLoop.stop()
    await within(clock, FLUSH_MAX_MS, this.#flushLoop.flush())
    await probe.at('flushed')
    this.#background.abort(OVER)
    this.#releaseAll()
    if (this.#hasStarted) await within(clock, LEAVE_MAX_MS, source.stop())
    await probe.at('left')
    telemetry.log('info', 'worker_stopped', 'the worker has stopped')
  }
}
