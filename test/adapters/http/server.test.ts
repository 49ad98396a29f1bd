import { request } from 'node:http'
import { connect } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { healthRoutes } from '../../../src/adapters/http/health.ts'
import type { HealthCheck } from '../../../src/adapters/http/health.ts'
import { serveHttp } from '../../../src/adapters/http/server.ts'
import type { HttpServer, Routes } from '../../../src/adapters/http/server.ts'
import { TributaryError } from '../../../src/ports/errors.ts'

const servers: HttpServer[] = []
afterEach(async () => {
  for (const server of servers.splice(0)) await server.close()
})

async function serve(routes: Routes): Promise<HttpServer> {
  const server = await serveHttp({ host: '127.0.0.1', port: 0 }, routes)
  servers.push(server)
  return server
}

const ok = (name: string): HealthCheck => ({ name, state: 'ok', message: '' })
const down = (name: string, state: 'degraded' | 'failed'): HealthCheck => ({
  name,
  state,
  message: `${name} is down`,
})

const watched = (checks: readonly HealthCheck[], ended = '') =>
  healthRoutes({
    build: { version: '1.2.3', revision: 'abc' },
    metrics: async () => ({ body: 'tributary_x 1\n', contentType: 'text/plain; version=0.0.4' }),
    ended: () => ended,
    readiness: () => checks,
  })

it('serves what its routes say, whole, and lets nobody keep it', async () => {
  const { url } = await serve(watched([]))
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(200)
  expect(response.headers.get('content-type')).toBe('text/plain; version=0.0.4')
  expect(response.headers.get('cache-control')).toBe('no-store')
  expect(await response.text()).toBe('tributary_x 1\n')
})

it('answers HEAD as GET, without a body', async () => {
  const { url } = await serve(watched([down('redis', 'failed')]))
  const response = await fetch(`${url}/readyz`, { method: 'HEAD' })
  expect(response.status).toBe(503)
  expect(response.headers.get('content-length')).toBe(
    String('failed\nredis: redis is down\n'.length),
  )
  expect(await response.text()).toBe('')
})

it.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])('refuses %s with 405', async (method) => {
  const { url } = await serve(watched([]))
  const response = await fetch(`${url}/metrics`, { method })
  expect(response.status).toBe(405)
  expect(response.headers.get('allow')).toBe('GET, HEAD')
})

it.each(['/', '/metrics/', '/constructor', '/__proto__', '/readyz%00', '/..%2f'])(
  'knows no path %s',
  async (path) => {
    const { url } = await serve(watched([]))
    const response = await fetch(url + path)
    expect(response.status).toBe(404)
    expect(await response.text()).toBe(
      'not found; there is /metrics, /livez, /readyz, /buildinfo\n',
    )
  },
)

it('says no more than that an answer could not be made', async () => {
  const { url } = await serve({
    '/broken': () => {
      throw new Error('secret')
    },
  })
  const response = await fetch(`${url}/broken`)
  expect({ status: response.status, body: await response.text() }).toEqual({
    status: 500,
    body: 'this answer could not be made\n',
  })
})

it('goes on after a client that hangs up in the middle, or sends no HTTP', async () => {
  const { url } = await serve(watched([]))
  const { port } = new URL(url)
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.end('hello\r\n\r\n'))
    socket.on('close', () => resolve())
    socket.resume()
  })
  await new Promise<void>((resolve) => {
    const half = request(`${url}/metrics`, { method: 'POST' }).on('error', () => resolve())
    half.write('x', () => half.destroy(new Error('gone')))
  })
  expect((await fetch(`${url}/livez`)).status).toBe(200)
})

it('names the place and the way out when the port is taken', async () => {
  const { url } = await serve({})
  const port = Number(new URL(url).port)
  const error: unknown = await serveHttp({ host: '127.0.0.1', port }, {}).catch((e: unknown) => e)
  expect(error).toBeInstanceOf(TributaryError)
  expect(error).toMatchObject({
    code: 'TRIBUTARY_CONFIG',
    exitCode: 78,
    message: `metrics and health cannot be served on 127.0.0.1:${port}: another process listens there`,
    hint: expect.stringContaining('TRIBUTARY_HTTP__PORT'),
  })
})

it('names an address that is not of this machine', async () => {
  const place = { host: '192.0.2.1', port: 0 }
  await expect(serveHttp(place, {})).rejects.toThrow('192.0.2.1:0: the address is not one of this')
})

it('closes although a client keeps its connection open', async () => {
  const server = await serveHttp({ host: '127.0.0.1', port: 0 }, watched([]))
  const { port } = new URL(server.url)
  const socket = connect(Number(port), '127.0.0.1')
  await new Promise((resolve) => socket.once('connect', resolve))
  const closed = new Promise((resolve) => socket.once('close', resolve))
  socket.on('error', () => {}).resume()
  await server.close()
  await closed
})

it('is alive until the worker has ended, and then says why', async () => {
  const alive = await serve(watched([down('kafka', 'failed')]))
  expect((await fetch(`${alive.url}/livez`)).status).toBe(200)
  const dead = await serve(watched([], 'all partitions are halted'))
  const response = await fetch(`${dead.url}/livez`)
  expect({ status: response.status, body: await response.text() }).toEqual({
    status: 503,
    body: 'all partitions are halted\n',
  })
})

it.each([
  [[ok('kafka'), ok('redis')], 200, 'ok\n'],
  [
    [ok('kafka'), down('clickhouse', 'degraded')],
    200,
    'degraded\nclickhouse: clickhouse is down\n',
  ],
  [
    [down('clickhouse', 'degraded'), down('redis', 'failed')],
    503,
    'failed\nredis: redis is down\nclickhouse: clickhouse is down\n',
  ],
] as const)('is ready unless a check has failed: %j', async (checks, status, body) => {
  const { url } = await serve(watched(checks))
  const response = await fetch(`${url}/readyz`)
  expect({ status: response.status, body: await response.text() }).toEqual({ status, body })
})

it('tells every check as JSON with ?verbose', async () => {
  const checks = [ok('kafka'), down('redis', 'failed')]
  const { url } = await serve(watched(checks))
  const response = await fetch(`${url}/readyz?verbose`)
  expect(response.status).toBe(503)
  expect(await response.json()).toEqual({ status: 'failed', checks })
})

it('tells what runs here, as JSON', async () => {
  const { url } = await serve(watched([]))
  const response = await fetch(`${url}/buildinfo`)
  expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8')
  expect(await response.json()).toEqual({ version: '1.2.3', revision: 'abc' })
})
