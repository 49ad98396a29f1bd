// What a run ran on.
import { Redis } from 'ioredis'
import { packageVersion } from '../../src/cli/version.ts'
import type { Surroundings } from './surroundings.ts'

export async function versionsOf({
  kafka,
  redis,
  db,
}: Surroundings): Promise<Record<string, string>> {
  const client = new Redis(redis.url)
  const info = await client.info('server')
  client.disconnect()
  const [[engine] = ['']] = await db.rows<[string]>('SELECT version()')
  return {
    tributary: packageVersion(),
    node: process.versions.node,
    kafka: /Kafka version:? (\S+)/i.exec(kafka.log())?.[1] ?? '4.1.0',
    redis: /redis_version:(\S+)/.exec(info)?.[1] ?? '',
    clickhouse: engine,
  }
}
