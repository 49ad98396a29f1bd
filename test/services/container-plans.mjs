// What each service is in a container: image, port, how it is set up, and when it serves. Set up as
// deploy/local does it, so that a test cannot tell the difference.
import { BROKER } from '../../deploy/local/kafka.mjs'
import { commandLine, DURABILITY } from '../../deploy/local/redis.mjs'

const HOST_PORT = 29_092
const INTERNAL_PORT = 9092
const CONTROLLER_PORT = 9093

/** As the official image takes the broker's settings: `log.dirs` is KAFKA_LOG_DIRS. */
const asVariables = (properties) =>
  Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [
      `KAFKA_${name.toUpperCase().replaceAll('.', '_')}`,
      String(value),
    ]),
  )

/**
 * @typedef {object} ContainerPlan
 * @property {string} image
 * @property {number} port inside the container
 * @property {boolean} [samePort] the service must know under which port it is reached
 * @property {(at: {host: string, hostPort: number}) => Record<string, string>} environment
 * @property {string[]} [command]
 * @property {(wait: typeof import('testcontainers').Wait) =>
 *   import('testcontainers').WaitStrategy} serves
 */

/** @type {Record<string, ContainerPlan>} by the service's name */
export const CONTAINER_PLANS = {
  kafka: {
    image: 'apache/kafka:4.1.0',
    port: HOST_PORT,
    samePort: true,
    environment: ({ host, hostPort }) =>
      asVariables({
        ...BROKER,
        listeners: `INTERNAL://:${INTERNAL_PORT},HOST://:${HOST_PORT},CONTROLLER://:${CONTROLLER_PORT}`,
        'advertised.listeners': `INTERNAL://localhost:${INTERNAL_PORT},HOST://${host}:${hostPort}`,
        'listener.security.protocol.map': 'INTERNAL:PLAINTEXT,HOST:PLAINTEXT,CONTROLLER:PLAINTEXT',
        'inter.broker.listener.name': 'INTERNAL',
        'controller.quorum.voters': `1@localhost:${CONTROLLER_PORT}`,
        'log.dirs': '/var/lib/kafka/data',
      }),
    serves: (wait) => wait.forLogMessage(/Kafka Server started/),
  },
  redis: {
    image: 'redis:8-alpine',
    port: 6_379,
    environment: () => ({}),
    command: ['redis-server', ...commandLine(DURABILITY)],
    serves: (wait) => wait.forLogMessage(/Ready to accept connections/),
  },
  clickhouse: {
    image: 'clickhouse/clickhouse-server:25.8',
    port: 8_123,
    // Else the image lets the user `default` in from inside the container only.
    environment: () => ({ CLICKHOUSE_SKIP_USER_SETUP: '1' }),
    serves: (wait) => wait.forHttp('/ping', 8_123),
  },
}
