// What a run ran on.
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { packageVersion } from '../../src/cli/version.ts'
import type { Surroundings } from './surroundings.ts'

/** Says which jars the broker is made of. */
const POM = new URL('../../deploy/local/pom.xml', import.meta.url)

export async function versionsOf({ redis, db }: Surroundings): Promise<Record<string, string>> {
  const client = new Redis(redis.url)
  const info = await client.info('server')
  client.disconnect()
  const [[engine] = ['']] = await db.rows<[string]>('SELECT version()')
  const [, kafka = ''] = /<kafka\.version>([^<]+)</.exec(readFileSync(POM, 'utf8')) ?? []
  const [, server = ''] = /redis_version:(\S+)/.exec(info) ?? []
  return {
    tributary: packageVersion(),
    node: process.versions.node,
    kafka,
    redis: server,
    clickhouse: engine,
  }
}
