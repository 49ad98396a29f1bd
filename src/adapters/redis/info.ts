// INFO, the one command that tells an ordinary user how a Redis is set up.
import { Command } from 'ioredis'
import type { RedisClient } from './connect.ts'

/** In a cluster, INFO of the node that holds a key. */
class InfoOfNode extends Command {
  readonly #key: string

  constructor(key: string) {
    super('info', [], { replyEncoding: 'utf8' })
    this.#key = key
  }

  override getSlot(): number {
    return new Command('exists', [this.#key]).getSlot()
  }
}

/** Names and values as INFO has them. */
export type Info = Readonly<Record<string, string | undefined>>

export async function readInfo(redis: RedisClient, key: string): Promise<Info> {
  const text = (await redis.sendCommand(new InfoOfNode(key))) as string
  return Object.fromEntries(
    [...text.matchAll(/^(\w+):([^\r\n]*)/gm)].map(([, name, value]) => [name, value]),
  )
}

/** What becomes another with each start of the server, and each time it becomes the master. */
export async function reignOf(redis: RedisClient, key: string): Promise<string> {
  return reignIn(await readInfo(redis, key))
}

export function reignIn({ run_id: run, master_replid: reign }: Info): string {
  if (run === undefined) throw new Error('INFO names no run_id')
  if (reign === undefined) throw new Error('INFO names no master_replid')
  return `${run}/${reign}`
}
