// What `doctor` looks at in Redis: version, role, what it may forget, and whether our user may do
// all that a worker does.
import { connectRedis } from '../adapters/redis/connect.ts'
import { redisFacts } from '../adapters/redis/facts.ts'
import type { RedisFacts } from '../adapters/redis/facts.ts'
import type { Config } from '../config/config.ts'
import { findingsOf } from './doctor-finding.ts'
import type { Finding } from './doctor-finding.ts'

const { pass, warn, fail } = findingsOf('redis')

/** The oldest that the suite has run against. */
const MAJOR_MIN = 7
/** Beyond so much of `maxmemory`, writes will soon be refused. */
const FULL_SHARE = 0.8
const MEGABYTE = 1_000_000

export async function* examineRedis({ redis, kafka }: Config): AsyncGenerator<Finding> {
  const client = await connectRedis(redis)
  try {
    yield* redisFindings(await redisFacts(client, kafka.topic))
  } finally {
    client.disconnect()
  }
}

export function* redisFindings(facts: RedisFacts): Generator<Finding> {
  yield versionFinding(facts)
  yield facts.evictionPolicy === 'noeviction'
    ? pass('eviction', 'noeviction')
    : fail(
        'eviction',
        `maxmemory-policy is ${facts.evictionPolicy}: journeys would vanish; a worker halts`,
        'CONFIG SET maxmemory-policy noeviction, and in redis.conf.',
      )
  yield facts.isAppendOnly
    ? pass('append-only file', 'on')
    : warn(
        'append-only file',
        'off: after a crash of Redis the state is gone or old, and Kafka is read again from there',
        'CONFIG SET appendonly yes, and in redis.conf (appendfsync everysec).',
      )
  yield memoryFinding(facts)
  yield facts.refusal === ''
    ? pass('commands', 'this user may do all that a worker does')
    : fail('commands', facts.refusal, 'src/adapters/redis/README.md has the ACL of a worker.')
}

function versionFinding({ version, isCluster, role }: RedisFacts): Finding {
  const seen = `${version}, ${isCluster ? 'cluster' : role}`
  const major = Number(version.split('.')[0])
  if (major >= MAJOR_MIN) return pass('version', seen)
  return warn('version', seen, `Tributary was made for Redis ${MAJOR_MIN} and newer.`)
}

function memoryFinding({ usedBytes, maxBytes }: RedisFacts): Finding {
  const used = `${Math.round(usedBytes / MEGABYTE)} MB used`
  if (maxBytes === 0) return pass('memory', `${used}, no limit`)
  const seen = `${used} of ${Math.round(maxBytes / MEGABYTE)} MB`
  if (usedBytes < FULL_SHARE * maxBytes) return pass('memory', seen)
  return warn('memory', seen, 'Raise maxmemory before Redis refuses writes.')
}
