// Ports for servers of tests, which come and go. One that is free now may be another's by the time
// its server listens (a JVM takes seconds), or while its server is down. So each is held until this
// process ends, by a socket on a second address of loopback, which no server of ours listens on.
import net from 'node:net'
import { choosePort } from '../../deploy/local/network.mjs'

const HOLDING_HOST = '127.0.0.2'

const hold = (port: number): Promise<boolean> =>
  new Promise((answer) => {
    const holder = net.createServer()
    // Where a system has only one address of loopback (macOS), nobody can hold a port.
    holder.once('error', (error: NodeJS.ErrnoException) => answer(error.code === 'EADDRNOTAVAIL'))
    holder.listen(port, HOLDING_HOST, () => {
      holder.unref()
      answer(true)
    })
  })

/** The first of these ports that no process holds and nobody listens on; from now on ours. */
export async function firstFree(ports: Iterable<number>): Promise<number> {
  for (const port of ports) {
    if ((await hold(port)) && (await choosePort(port)) === port) return port
  }
  throw new Error('none of these ports is free')
}

function* belowOutgoing(): Generator<number> {
  for (;;) yield 20_000 + Math.floor(Math.random() * 12_000)
}

/**
 * A port below those that the system gives to outgoing connections: while its server is down, no
 * client can be given it, and none can connect to itself.
 */
export const privatePort = (): Promise<number> => firstFree(belowOutgoing())
