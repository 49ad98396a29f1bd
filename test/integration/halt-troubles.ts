// What makes a partition halt, where it can be brought about in its state in Redis or on the
// broker's disk: the halt's reason beside how it is done.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { Redis } from 'ioredis'
import { partitionKeys } from '../../src/adapters/redis/keys.ts'
import type { HaltReason } from '../../src/runtime/halt.ts'

export type Trouble = readonly [reason: HaltReason, bring: (partition: number) => Promise<unknown>]

/**
 * One per partition, of a topic all of whose records have been applied by nobody who still runs.
 */
export function stateTroubles(redis: Redis, topic: string): readonly Trouble[] {
  const set = (partition: number, field: string, value: string): Promise<unknown> =>
    redis.hset(partitionKeys(topic, partition).meta, field, value)
  return [
    ['state_missing', async (p) => redis.del(await redis.keys(`tb:{${topic}/${p}}:*`))],
    ['state_incomplete', (p) => loseOne(redis, partitionKeys(topic, p).dictionary)],
    ['settings_changed', (p) => set(p, 'fingerprint', 'another')],
    ['another_cluster', (p) => set(p, 'cluster_id', 'another')],
    ['another_group', (p) => set(p, 'group', 'another')],
    ['beyond_log_end', (p) => set(p, 'next', '1000000')],
    ['record_differs', (p) => set(p, 'last_record', `0:${'0'.repeat(32)}`)],
    ['partition_count_changed', (p) => changeCount(redis, partitionKeys(topic, p).meta)],
  ]
}

/** As if the topic had had other partitions from the position on: what came before stays judged. */
async function changeCount(redis: Redis, meta: string): Promise<void> {
  const [counts, next] = await redis.hmget(meta, 'partition_counts', 'next')
  await redis.hset(meta, 'partition_counts', `${counts},${next}:5`)
}

async function loseOne(redis: Redis, hash: string): Promise<void> {
  await redis.hdel(hash, (await redis.hkeys(hash))[0]!)
}

/**
 * Turns over the last byte of a batch, which its CRC covers: base offset, then length, then bytes.
 * @param folder of the partition, on the broker's disk
 */
export function damageBatch(folder: string, number: number): void {
  const file = path.join(
    folder,
    readdirSync(folder).find((one) => one.endsWith('.log'))!,
  )
  const bytes = readFileSync(file)
  let at = 0
  const end = (): number => at + 12 + bytes.readInt32BE(at + 8)
  for (let batch = 0; batch < number; batch++) at = end()
  bytes[end() - 1]! ^= 0xff
  writeFileSync(file, bytes)
}
