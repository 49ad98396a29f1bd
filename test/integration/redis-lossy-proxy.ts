// Stands between a client and Redis and can lose an answer: what was asked has been done, but who
// asked will never know. The connection breaks at that point, as they do.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface LossyProxy {
  readonly url: string
  /** The next answer is lost, and its connection with it. */
  loseAnswer(): void
  /** How many were lost. */
  readonly lost: number
  close(): void
}

export async function startLossyProxy(redisPort: number): Promise<LossyProxy> {
  const sockets = new Set<Socket>()
  let isLosing = false
  let lost = 0
  const server = createServer((client) => {
    const redis = connect(redisPort, '127.0.0.1')
    for (const socket of [client, redis]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => {
        sockets.delete(socket)
        client.destroy()
        redis.destroy()
      })
    }
    client.on('data', (data) => redis.write(data))
    redis.on('data', (data) => {
      if (!isLosing) return client.write(data)
      isLosing = false
      lost++
      return client.destroy()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    loseAnswer: () => (isLosing = true),
    get lost() {
      return lost
    },
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
