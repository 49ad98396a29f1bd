// An Apache Kafka broker that one test file has to itself: to be killed, frozen and started again
// on the same data; with TLS and SASL (PLAIN, SCRAM-SHA-256 and -512, OAUTHBEARER with unsecured
// tokens).
import { newClusterId, prepareBroker, kafka as service } from '../../deploy/local/kafka.mjs'
import type { Certificates } from './certificates.ts'
import { privatePort } from './private-port.ts'
import { newFolder, silently, startServer } from './private-server.ts'
import type { PrivateServer } from './private-server.ts'

export interface PrivateKafkaOptions {
  /** Adds the listeners with TLS, SASL and both, for this user. */
  readonly secure?: {
    readonly tls: Certificates
    readonly user: { readonly name: string; readonly password: string }
  }
  /** Further settings of the broker; they win over ours. */
  readonly properties?: Readonly<Record<string, string | number>>
}

export interface PrivateKafka extends PrivateServer {
  /** host:port without TLS and SASL, for whoever prepares and looks on. */
  readonly brokers: string
  /** host:port of each listener; '' without `secure`. */
  readonly saslPlaintext: string
  /** A client certificate is welcome, but not required. */
  readonly ssl: string
  readonly saslSsl: string
  /** Starts a second broker of its cluster, node 2: it leads what is assigned to it alone. */
  second(): Promise<PrivateServer>
}

const MODULES = 'org.apache.kafka.common.security'
const SCRAM = ['SCRAM-SHA-256', 'SCRAM-SHA-512']

/** Starts it and waits until it serves: about 5 s. No topics are created by themselves. */
export async function startPrivateKafka(how: PrivateKafkaOptions = {}): Promise<PrivateKafka> {
  const { secure } = how
  const folder = newFolder('kafka')
  const names = ['PLAINTEXT', ...(secure ? ['SASL_PLAINTEXT', 'SSL', 'SASL_SSL'] : [])]
  const listeners = new Map<string, string>()
  for (const name of names) listeners.set(name, `127.0.0.1:${await privatePort()}`)
  const brokers = listeners.get('PLAINTEXT') ?? ''
  const cluster = { id: newClusterId(), controller: `127.0.0.1:${await privatePort()}` }
  const start = prepareBroker({
    dir: folder,
    clusterId: cluster.id,
    brief: true,
    say: silently,
    formatArgs: secure ? scramUser(secure.user) : [],
    properties: {
      ...listening(listeners, cluster.controller),
      ...(secure ? { ...tlsProperties(secure.tls), ...saslProperties(secure.user) } : {}),
      ...how.properties,
    },
  })
  const isReady = () => service.answers(brokers)
  const server = await startServer({ name: 'kafka', folder, start, isReady })
  return {
    ...server,
    brokers,
    saslPlaintext: listeners.get('SASL_PLAINTEXT') ?? '',
    ssl: listeners.get('SSL') ?? '',
    saslSsl: listeners.get('SASL_SSL') ?? '',
    second: () => startSecond(cluster),
  }
}

async function startSecond({ id, controller }: { id: string; controller: string }) {
  const folder = newFolder('kafka')
  const address = `127.0.0.1:${await privatePort()}`
  const start = prepareBroker({
    dir: folder,
    clusterId: id,
    brief: true,
    say: silently,
    properties: {
      ...listening(new Map([['PLAINTEXT', address]]), controller),
      listeners: `PLAINTEXT://${address}`,
      'process.roles': 'broker',
      'node.id': 2,
    },
  })
  return startServer({ name: 'kafka', folder, start, isReady: () => service.answers(address) })
}

/** Where it listens, and how it joins its own controller. */
function listening(listeners: ReadonlyMap<string, string>, controller: string) {
  const advertised = [...listeners].map(([name, address]) => `${name}://${address}`).join(',')
  const mapped = [...listeners.keys()].map((name) => `${name}:${name}`)
  return {
    listeners: `${advertised},CONTROLLER://${controller}`,
    'advertised.listeners': advertised,
    // A broker that was killed is let in again only when its old session has ended.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'listener.security.protocol.map': ['CONTROLLER:PLAINTEXT', ...mapped].join(','),
    'controller.quorum.voters': `1@${controller}`,
  }
}

const scramUser = ({ name, password }: { name: string; password: string }) =>
  SCRAM.flatMap((mechanism) => ['--add-scram', `${mechanism}=[name=${name},password=${password}]`])

const tlsProperties = ({ authority, server }: Certificates) => ({
  'ssl.keystore.type': 'PEM',
  'ssl.keystore.location': server.both,
  'ssl.truststore.type': 'PEM',
  'ssl.truststore.location': authority,
  'ssl.client.auth': 'requested',
})

function saslProperties({ name, password }: { name: string; password: string }) {
  const modules: Readonly<Record<string, string>> = {
    plain: `${MODULES}.plain.PlainLoginModule required user_${name}="${password}";`,
    'scram-sha-256': `${MODULES}.scram.ScramLoginModule required;`,
    'scram-sha-512': `${MODULES}.scram.ScramLoginModule required;`,
    oauthbearer: `${MODULES}.oauthbearer.OAuthBearerLoginModule required unsecuredLoginStringClaim_sub="broker";`,
  }
  const perListener = ['sasl_plaintext', 'sasl_ssl'].flatMap((listener) =>
    Object.entries(modules).map(([mechanism, module]) => [
      `listener.name.${listener}.${mechanism}.sasl.jaas.config`,
      module,
    ]),
  )
  return {
    'sasl.enabled.mechanisms': Object.keys(modules).join(',').toUpperCase(),
    ...(Object.fromEntries(perListener) as Record<string, string>),
  }
}
