// Stands between a client and a server on this machine, and makes answers get lost, requests arrive
// late or never, and answers slow: what a network does, at a moment of our choosing. Where nothing
// is asked of it, bytes pass as they come.
import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

/**
 * What becomes of the next request that holds certain bytes.
 * - `pass`: nothing.
 * - `lose`: it is done, its answer is lost, and the connection with it.
 * - `cut`: it never arrives; the connection breaks.
 * - `late`: the connection breaks, and the request arrives some time after that.
 */
export type Mishap = 'pass' | 'lose' | 'cut' | 'late'

export interface Trap {
  readonly mishap: Mishap
  /** The request holds these bytes, in its first part. */
  readonly holding: string
  /** Called when it has happened; `lose`: the answer had arrived here. */
  readonly sprung: () => void
}

export interface Proxy {
  readonly port: number
  /** For the next request that fits. A trap that is set anew replaces the one before. */
  set(trap: Trap | null): void
  /** All answers take so much longer, ms. */
  delay(ms: number): void
  close(): void
}

/** A request has come whole when nothing has followed for so long. */
const WHOLE_MS = 40
/** How long after the connection broke a late request arrives. */
const LATE_MS = 1_500

export async function startProxy(port: number): Promise<Proxy> {
  const sockets = new Set<Socket>()
  let trap: Trap | null = null
  let delayMs = 0

  /** The trap, once, if the request fits it. */
  const take = (request: Buffer): Trap | null => {
    if (trap === null || !request.includes(trap.holding)) return null
    const taken = trap
    trap = null
    return taken
  }

  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1')
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
      socket.on('close', () => sockets.delete(socket))
    }
    let losing: Trap | null = null
    let late: LateRequest | null = null
    client.on('close', () => {
      if (late === null) upstream.destroy()
    })
    upstream.on('close', () => client.destroy())
    client.on('data', (request) => {
      if (late !== null) return late.add(request)
      const sprung = take(request)
      if (sprung?.mishap === 'pass') sprung.sprung()
      if (sprung?.mishap === 'cut') {
        sprung.sprung()
        return client.destroy()
      }
      if (sprung?.mishap === 'late') {
        late = new LateRequest(client, upstream, sprung.sprung)
        return late.add(request)
      }
      if (sprung?.mishap === 'lose') losing = sprung
      upstream.write(request)
    })
    upstream.on('data', (answer) => {
      if (losing !== null) {
        losing.sprung()
        client.destroy()
        return
      }
      if (delayMs === 0) client.write(answer)
      else setTimeout(() => client.write(answer), delayMs)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    set: (next) => (trap = next),
    delay: (ms) => (delayMs = ms),
    close: () => {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

/** Collects a request until it is whole; then the client has gone, and it is on its way. */
class LateRequest {
  readonly #parts: Buffer[] = []
  readonly #whole: () => void
  #timer: NodeJS.Timeout | undefined

  constructor(client: Socket, upstream: Socket, sprung: () => void) {
    this.#whole = () => {
      client.destroy()
      sprung()
      setTimeout(() => {
        upstream.write(Buffer.concat(this.#parts))
        setTimeout(() => upstream.destroy(), LATE_MS)
      }, LATE_MS)
    }
  }

  add(part: Buffer): void {
    this.#parts.push(part)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(this.#whole, WHOLE_MS)
  }
}
