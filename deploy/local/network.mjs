// Ports on loopback, and the smallest question a server of each protocol answers.
import net from 'node:net'

const HOST = '127.0.0.1'

const canListen = (port) =>
  new Promise((answer) => {
    const server = net.createServer()
    server.once('error', () => answer(0))
    server.listen(port, HOST, () => {
      const { port: bound } = server.address()
      server.close(() => answer(bound))
    })
  })

/** `wanted` when nothing listens there, else a port that was free just now. */
export const choosePort = async (wanted) => (await canListen(wanted)) || (await canListen(0))

/**
 * Sends `request` and answers whether `isReply` finds what it expects in what comes back.
 * @param {string} address host:port
 */
export function ask(address, request, isReply, timeoutMs = 2_000) {
  const at = address.lastIndexOf(':')
  return new Promise((answer) => {
    const socket = net.connect({ host: address.slice(0, at), port: Number(address.slice(at + 1)) })
    let received = Buffer.alloc(0)
    const finish = (ok) => {
      socket.destroy()
      answer(ok)
    }
    socket.setTimeout(timeoutMs, () => finish(false))
    socket.on('error', () => finish(false))
    socket.on('close', () => answer(false))
    socket.on('connect', () => socket.write(request))
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk])
      if (isReply(received)) finish(true)
    })
  })
}
