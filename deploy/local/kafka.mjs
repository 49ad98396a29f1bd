// Apache Kafka (KRaft, one node: broker and controller in one process), run from its jars.
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { requireKafka } from './kafka-jars.mjs'
import { ask, choosePort } from './network.mjs'
import { Unavailable } from './unavailable.mjs'

/** ApiVersions v0 with correlation id 1: every broker answers it, whatever its version. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])

export const kafka = {
  name: 'kafka',
  variable: 'TEST_KAFKA_BROKERS',
  port: 9092,
  startSeconds: 90,
  /** @param {string} address */
  url: (address) => address,
  /** @param {string} address */
  answers: (address) =>
    ask(address, API_VERSIONS, (reply) => reply.length >= 8 && reply.readInt32BE(4) === 1),
  prepare: async ({ dir, port, say }) => {
    const controller = await choosePort(0)
    const properties = {
      'controller.quorum.voters': `1@127.0.0.1:${controller}`,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
      'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    }
    return prepareBroker({ dir, clusterId: newClusterId(), properties, say })
  },
}

/**
 * Installs and formats what is missing; answers how to start a broker.
 * @param {object} broker
 * @param {string} broker.dir where its configuration, and `data/`, lie
 * @param {string} broker.clusterId of a folder that is formatted now
 * @param {Record<string, string | number>} broker.properties listeners, and what differs from ours
 * @param {string[]} [broker.formatArgs] further arguments of `kafka-storage format`
 * @param {boolean} [broker.brief] it will not live long: start sooner, run slower
 * @param {(line: string) => void} broker.say
 * @throws {Unavailable}
 */
export function prepareBroker({ dir, clusterId, properties, formatArgs = [], brief = false, say }) {
  const { java, classPath } = requireKafka(say)
  const data = path.join(dir, 'data')
  const config = path.join(dir, 'server.properties')
  const logging = path.join(dir, 'log4j2.yaml')
  const lines = Object.entries({ ...BROKER, 'log.dirs': data, ...properties })
  writeFileSync(config, lines.map(([key, value]) => `${key}=${value}\n`).join(''))
  writeFileSync(logging, LOG4J)
  const log4j = `-Dlog4j2.configurationFile=${logging}`
  if (!existsSync(path.join(data, 'meta.properties'))) {
    say('formatting the log folder')
    const tool = [...BRIEF, log4j, '-cp', classPath, 'kafka.tools.StorageTool']
    const args = [...tool, 'format', '-c', config, '-t', clusterId, ...formatArgs]
    const { status, stdout, stderr } = spawnSync(java, args, { encoding: 'utf8' })
    if (status !== 0) {
      throw new Unavailable(
        'the Kafka log folder could not be formatted',
        `folder: ${data}; it says:\n${stdout ?? ''}${stderr ?? ''}`,
      )
    }
  }
  const heap = ['-Xms256m', '-Xmx768m', '-XX:+UseSerialGC']
  return {
    command: java,
    args: [...(brief ? BRIEF : []), ...heap, log4j, '-cp', classPath, 'kafka.Kafka', config],
    cwd: dir,
  }
}

/** Java starts in half the time when it does not optimize what runs often. */
const BRIEF = ['-XX:TieredStopAtLevel=1']

/** As Kafka makes them: 16 random bytes, the first not a dash, which would be an option. */
export const newClusterId = () => `t${randomBytes(16).toString('base64url').slice(1)}`

/** How the broker of the tests is set up, whatever way it is started. */
export const BROKER = {
  'process.roles': 'broker,controller',
  'node.id': 1,
  'controller.listener.names': 'CONTROLLER',
  'inter.broker.listener.name': 'PLAINTEXT',
  'auto.create.topics.enable': false,
  'offsets.topic.replication.factor': 1,
  'offsets.topic.num.partitions': 4,
  'transaction.state.log.replication.factor': 1,
  'transaction.state.log.min.isr': 1,
  'transaction.state.log.num.partitions': 4,
  'share.coordinator.state.topic.replication.factor': 1,
  'share.coordinator.state.topic.min.isr': 1,
  // With one member the broker need not wait 3 s for others to join.
  'group.initial.rebalance.delay.ms': 0,
}

const LOG4J = `Configuration:
  Appenders:
    Console:
      name: STDOUT
      target: SYSTEM_ERR
      PatternLayout: { pattern: "[%d] %p %m (%c)%n" }
  Loggers:
    Root:
      level: WARN
      AppenderRef: [{ ref: STDOUT }]
`
