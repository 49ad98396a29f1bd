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
export async function readInfo(
  redis: RedisClient,
  key: string,
): Promise<Readonly<Record<string, string | undefined>>> {
  const text = (await redis.sendCommand(new InfoOfNode(key))) as string
  return Object.fromEntries(
    [...text.matchAll(/^(\w+):([^\r\n]*)/gm)].map(([, name, value]) => [name, value]),
  )
}
