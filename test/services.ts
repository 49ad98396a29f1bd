// Where the tests' services are: an address in the environment (`npm test` sets it, see
// services/ways.mjs), else what `deploy/local/up` started in this checkout. What a test destroys on
// them it destroys through the functions at the end: they refuse a name that does not contain
// `test`.
import { readFileSync } from 'node:fs'
import { randomBytes } from 'node:crypto'
import type { Cluster, Redis } from 'ioredis'
import type { Admin } from 'kafkajs'
import { describe, it } from 'vitest'
import type { ClickHouse } from '../src/adapters/clickhouse/connection.ts'

const SERVICES = {
  kafka: { variable: 'TEST_KAFKA_BROKERS', url: (address: string) => address },
  redis: { variable: 'TEST_REDIS_URL', url: (address: string) => `redis://${address}` },
  clickhouse: { variable: 'TEST_CLICKHOUSE_URL', url: (address: string) => `http://${address}` },
  'clickhouse-server': {
    variable: 'TEST_CLICKHOUSE_SERVER_URL',
    url: (address: string) => address,
  },
} as const
export type ServiceName = keyof typeof SERVICES

/**
 * The service's address (`host:port` of brokers, else a URL), or undefined when it cannot be had.
 */
export function serviceAddress(name: ServiceName): string | undefined {
  const { variable, url } = SERVICES[name]
  const given = process.env[variable]
  if (given) return given
  try {
    const state = new URL(`../.services/${name}/state.json`, import.meta.url)
    const { address, process: owner } = JSON.parse(readFileSync(state, 'utf8')) as {
      address: string
      process: { pid: number }
    }
    process.kill(owner.pid, 0)
    return url(address)
  } catch {
    return undefined
  }
}

/**
 * `describe`, given the services' addresses in the order of `names`. When one cannot be had: one
 * skipped test that says which; under CI a failing one, but for a full ClickHouse server, which CI
 * lacks.
 */
export function describeWithServices(
  names: readonly ServiceName[],
  title: string,
  suite: (...addresses: string[]) => void,
): void {
  const addresses = names.map((name) => serviceAddress(name) ?? '')
  const missing = names.filter((_, i) => addresses[i] === '')
  describe(title, () => {
    if (missing.length === 0) return suite(...addresses)
    const reason = missing
      .map((name) => `no ${name}: ${SERVICES[name].variable} is not set`)
      .join(', ')
    const isOptional = !process.env['CI'] || missing.includes('clickhouse-server')
    return it.skipIf(isOptional)(reason, () => {
      throw new Error(`${reason}; start one with deploy/local/up`)
    })
  })
}

export const describeWithService = (
  name: ServiceName,
  title: string,
  suite: (address: string) => void,
): void => describeWithServices([name], title, suite)

/** A name nobody else uses, which destructive steps may be run against. */
export const testName = (purpose: string): string =>
  `test_${purpose}_${randomBytes(4).toString('hex')}`

/** Throws for what does not say that it is a test's. */
function assertTestName(name: string): void {
  if (!name.includes('test')) throw new Error(`${name} is not a test's: its name must contain test`)
}

/** Drops the database of that connection, if it is there; on a cluster, on every node. */
export async function dropDatabase(db: ClickHouse): Promise<void> {
  assertTestName(db.database)
  const everywhere = db.cluster === '' ? '' : ` ON CLUSTER '${db.cluster}' SYNC`
  if (await db.hasDatabase()) await db.command(`DROP DATABASE ${db.database}${everywhere}`)
}

/** Deletes those of the topics that are there. */
export async function deleteTopics(admin: Admin, ...topics: readonly string[]): Promise<void> {
  for (const topic of topics) assertTestName(topic)
  // kafkajs asks again and again for the deletion of a topic that is not there.
  const present = new Set(await admin.listTopics())
  const doomed = topics.filter((topic) => present.has(topic))
  if (doomed.length > 0) await admin.deleteTopics({ topics: doomed })
}

/** Deletes the state of a topic's partitions, or of one of them; the number of keys. */
export async function deleteKeys(
  redis: Redis | Cluster,
  topic: string,
  partition?: number,
): Promise<number> {
  assertTestName(topic)
  const keys = await redis.keys(`tb:{${topic}/${partition === undefined ? '*' : `${partition}}*`}`)
  // One by one: on a cluster the partitions lie in different slots.
  await Promise.all(keys.map((key) => redis.del(key)))
  return keys.length
}
