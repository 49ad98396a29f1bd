// Apache Kafka (KRaft, one node: broker and controller in one process), run from the jars that
// Maven copies into a cache: the same classes that the official image runs.
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'
import { ask, choosePort } from './network.mjs'
import { requireProgram, run } from './requirements.mjs'
import { Unavailable } from './unavailable.mjs'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const JAVA_MIN = 17

const PACKAGES = ['openjdk-17-jre-headless', 'maven']
const JAVA = {
  packages: PACKAGES,
  purpose: 'Apache Kafka',
  elsewhere: 'brew install openjdk maven',
}
const MAVEN = { ...JAVA, purpose: "fetching Apache Kafka's jars" }

/** ApiVersions v0 with correlation id 1: every broker answers it, whatever its version. */
const API_VERSIONS = Buffer.from([0, 0, 0, 10, 0, 18, 0, 0, 0, 0, 0, 1, 0xff, 0xff])

export const kafka = {
  name: 'kafka',
  variable: 'TEST_KAFKA_BROKERS',
  port: 9092,
  startSeconds: 90,
  url: (address) => address,
  answers: (address) =>
    ask(address, API_VERSIONS, (reply) => reply.length >= 8 && reply.readInt32BE(4) === 1),
  prepare,
}

/** Installs and formats what is missing; answers how to start the broker on `port`. */
async function prepare({ dir, port, say }) {
  const java = requireProgram('java', JAVA, say)
  checkJava(java)
  const classPath = path.join(jars(say), '*')
  const data = path.join(dir, 'data')
  const config = path.join(dir, 'server.properties')
  const logging = path.join(dir, 'log4j2.yaml')
  writeFileSync(config, properties({ port, controller: await choosePort(0), data }))
  writeFileSync(logging, LOG4J)
  const log4j = `-Dlog4j2.configurationFile=${logging}`
  if (!existsSync(path.join(data, 'meta.properties'))) {
    say('formatting the log folder')
    const args = ['-cp', classPath, log4j, 'kafka.tools.StorageTool']
    const id = spawnSync(java, [...args, 'random-uuid'], { encoding: 'utf8' }).stdout.trim()
    if (run(java, [...args, 'format', '-t', id, '-c', config]) !== 0) {
      throw new Unavailable(
        'the Kafka log folder could not be formatted',
        `see above; folder: ${data}`,
      )
    }
  }
  const heap = ['-Xms256m', '-Xmx768m', '-XX:+UseSerialGC']
  return {
    command: java,
    args: [...heap, log4j, '-cp', classPath, 'kafka.Kafka', config],
    cwd: dir,
  }
}

function checkJava(java) {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
  if (version < JAVA_MIN) {
    throw new Unavailable(
      `Apache Kafka 4 needs Java ${JAVA_MIN} or newer, but ${java} is Java ${version}`,
      `put a newer java first in PATH (Debian, as root: apt-get install ${JAVA.packages[0]})`,
    )
  }
}

/**
 * The folder of Kafka's jars, fetched once per version of the pom for all checkouts of this user.
 */
function jars(say) {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'tributary')
  const pom = readFileSync(POM)
  const lib = path.join(
    cache,
    `kafka-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`,
  )
  if (existsSync(lib)) return lib
  const maven = requireProgram('mvn', MAVEN, say)
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(`${lib}.`)
  say("fetching Apache Kafka's jars with Maven (about 55 MB, once)")
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`]
  if (run(maven, ['-q', '-B', '-f', POM, ...goal]) !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Unavailable(
      "Apache Kafka's jars could not be fetched by Maven",
      'see above; a mirror or proxy belongs into ~/.m2/settings.xml',
    )
  }
  // Whoever comes second finds the folder taken, which is as good.
  if (existsSync(lib)) rmSync(unfinished, { recursive: true, force: true })
  else renameSync(unfinished, lib)
  return lib
}

const properties = ({ port, controller, data }) =>
  Object.entries({
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${controller}`,
    listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${port}`,
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'PLAINTEXT',
    'log.dirs': data,
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
  })
    .map(([key, value]) => `${key}=${value}\n`)
    .join('')

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
