// Where halts are brought about: a topic of its own on the services of the run, workers that are
// expected to halt, and the commands of an operator.
import { Kafka, logLevel } from 'kafkajs'
import type { Admin, Message } from 'kafkajs'
import { EXIT } from '../../src/ports/errors.ts'
import type { HaltReason } from '../../src/runtime/halt.ts'
import { createTopic, runProgram } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import { Tally } from './tally.ts'
import { until } from './until.ts'
import { WorkerProcess } from './worker-process.ts'

export type Env = Readonly<Record<string, string>>

export class HaltStage {
  readonly surroundings: Surroundings
  /** By reason, how many partitions halted. */
  readonly seen: Partial<Record<HaltReason, number>> = {}

  constructor(surroundings: Surroundings) {
    this.surroundings = surroundings
  }

  envOf(topic: string, more: Env = {}): Env {
    const { env } = this.surroundings
    return { ...env, TRIBUTARY_KAFKA__TOPIC: topic, TRIBUTARY_KAFKA__GROUP: topic, ...more }
  }

  create(topic: string, partitions: number, config: Env = {}): Promise<void> {
    return createTopic(this.surroundings.kafka.brokers, { topic, partitions, config })
  }

  worker(env: Env): Promise<WorkerProcess> {
    const { redis, clickhouse } = this.surroundings
    const ports = { redisPort: redis.port, clickhousePort: clickhouse.port }
    return WorkerProcess.start({ env, ...ports, kill: null, tally: new Tally() })
  }

  /** A worker's life until what is waited for has come about. */
  async runUntil(
    env: Env,
    what: string,
    hasHappened: (worker: WorkerProcess) => boolean | Promise<boolean>,
  ): Promise<void> {
    const worker = await this.worker(env)
    try {
      await until(what, () => hasHappened(worker))
    } catch (error) {
      throw new Error(`${String(error)}\n${worker.tail}`, { cause: error })
    } finally {
      await worker.stop()
    }
  }

  /** Those partitions halt, each for its reason; the worker goes on, or ends where all have. */
  async expectHalts(env: Env, halts: readonly (readonly [HaltReason, number])[]): Promise<void> {
    const wanted = halts.map(([reason, partition]) => `${partition}: ${reason}`)
    await this.runUntil(env, `halts ${wanted.join(', ')}`, (worker) =>
      wanted.every((halt) => worker.halts.includes(halt)),
    )
    for (const [reason] of halts) this.seen[reason] = (this.seen[reason] ?? 0) + 1
  }

  /** `tributary …` must end with that code. */
  async operator(env: Env, args: readonly string[], exitCode: number = EXIT.ok): Promise<void> {
    const run = await runProgram(args, env)
    if (run.exitCode === exitCode) return
    throw new Error(`tributary ${args.join(' ')} ended with ${run.exitCode}: ${run.stderr}`)
  }

  async withAdmin<T>(work: (admin: Admin) => Promise<T>): Promise<T> {
    const admin = this.#kafka().admin()
    await admin.connect()
    try {
      return await work(admin)
    } finally {
      await admin.disconnect()
    }
  }

  /** One record batch. */
  async produce(topic: string, messages: Message[]): Promise<void> {
    const producer = this.#kafka().producer({ allowAutoTopicCreation: false })
    await producer.connect()
    await producer.send({ topic, messages })
    await producer.disconnect()
  }

  #kafka(): Kafka {
    const { brokers } = this.surroundings.kafka
    return new Kafka({ brokers: [brokers], logLevel: logLevel.NOTHING })
  }
}
