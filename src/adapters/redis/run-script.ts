// Runs `commit.lua`: one EVALSHA, or EVAL on a server that does not know it yet.
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { CommitResult } from '../../ports/state-store.ts'
import type { RedisClient } from './connect.ts'
import type { PackedWrite } from './packed-write.ts'

const SCRIPT = readFileSync(new URL('commit.lua', import.meta.url), 'utf8')
const SCRIPT_SHA = createHash('sha1').update(SCRIPT).digest('hex')

/** What must be stored for a write to happen; `generation` belongs to a numeric `next`. */
export interface Fence {
  readonly token: string
  readonly next: 'absent' | 'any' | number
  readonly generation?: number
}

/** @param meta the partition's meta key */
export async function runFenced(
  redis: RedisClient,
  meta: string,
  { token, next, generation }: Fence,
  { keys, operations, items }: PackedWrite,
): Promise<CommitResult> {
  const fence = [token, String(next), String(generation ?? '')]
  const all = [meta, ...keys, ...fence, operations, items]
  const count = keys.length + 1
  const answer = await redis.evalsha(SCRIPT_SHA, count, ...all).catch((error: unknown) => {
    // A server that restarted has forgotten the script and has run nothing.
    if (!(error instanceof Error) || !error.message.startsWith('NOSCRIPT')) throw error
    return redis.eval(SCRIPT, count, ...all)
  })
  return answer === 1 ? 'committed' : 'fenced'
}
