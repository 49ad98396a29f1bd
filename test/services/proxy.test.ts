// The proxy does to a request what it is told to, once, and leaves all others alone.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { startProxy } from './proxy.ts'
import type { Proxy } from './proxy.ts'

const WITHIN = { timeout: 60_000, interval: 10 }

/** Answers each request with itself in capitals. */
let server: Server
let proxy: Proxy
/** Everything that has reached the server. */
let arrived = ''
const clients: Socket[] = []

beforeEach(async () => {
  arrived = ''
  server = createServer((socket) => {
    socket.on('error', () => {})
    socket.on('data', (data) => {
      arrived += data.toString()
      socket.write(data.toString().toUpperCase())
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  proxy = await startProxy((server.address() as AddressInfo).port)
})
afterEach(() => {
  for (const client of clients.splice(0)) client.destroy()
  proxy.close()
  server.close()
})

async function newClient() {
  const socket = connect(proxy.port, '127.0.0.1')
  clients.push(socket)
  const heard = { text: '', isClosed: false }
  socket.on('error', () => {})
  socket.on('data', (data) => (heard.text += data.toString()))
  socket.on('close', () => (heard.isClosed = true))
  await once(socket, 'connect')
  return { socket, heard }
}

it('passes on what nothing was said about', async () => {
  const { socket, heard } = await newClient()
  proxy.set({ mishap: 'cut', holding: 'another', sprung: () => expect.fail('sprung') })
  socket.write('one')
  await vi.waitFor(() => expect(heard.text).toBe('ONE'), WITHIN)
})

it('loses the answer to what was done, and the connection with it, once', async () => {
  const sprung = vi.fn()
  const { socket, heard } = await newClient()
  proxy.set({ mishap: 'lose', holding: 'tw', sprung })
  socket.write('two')
  await vi.waitFor(() => expect(heard.isClosed).toBe(true), WITHIN)
  expect(heard.text).toBe('')
  expect(arrived).toBe('two')
  expect(sprung).toHaveBeenCalledOnce()
  const again = await newClient()
  again.socket.write('two')
  await vi.waitFor(() => expect(again.heard.text).toBe('TWO'), WITHIN)
})

it('cuts a request off before it arrives', async () => {
  const { socket, heard } = await newClient()
  proxy.set({ mishap: 'cut', holding: 'three', sprung: () => undefined })
  socket.write('three')
  await vi.waitFor(() => expect(heard.isClosed).toBe(true), WITHIN)
  const again = await newClient()
  again.socket.write('four')
  await vi.waitFor(() => expect(again.heard.text).toBe('FOUR'), WITHIN)
  expect(arrived).toBe('four')
})

it('lets a request arrive whole when its client has given up', async () => {
  const { socket, heard } = await newClient()
  proxy.set({ mishap: 'late', holding: 'fi', sprung: () => expect(arrived).toBe('') })
  socket.write('fi')
  socket.write('ve')
  await vi.waitFor(() => expect(heard.isClosed).toBe(true), WITHIN)
  await vi.waitFor(() => expect(arrived).toBe('five'), WITHIN)
  expect(heard.text).toBe('')
})
