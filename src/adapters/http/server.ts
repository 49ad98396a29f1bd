// A small HTTP server for machines that watch the worker: a few paths, GET and HEAD, whole answers.
// It serves nothing of anybody's data and takes no input but the path, so it has no users; it
// listens on loopback unless told otherwise.
import { createServer } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { TributaryError } from '../../ports/errors.ts'

export interface Answer {
  readonly status: number
  readonly contentType: string
  readonly body: string
}

/** Path (`/metrics`) -> its answer. */
export type Routes = Readonly<Record<string, (query: URLSearchParams) => Answer | Promise<Answer>>>

export interface HttpServer {
  /** `http://host:port`, with the port it got. */
  readonly url: string
  /** Ends open connections too. */
  close(): Promise<void>
}

const HEADERS_TIMEOUT_MS = 5_000
/** Of one request; nobody who watches needs longer. */
const REQUEST_TIMEOUT_MS = 10_000

export const textAnswer = (status: number, text: string): Answer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
})

/** Resolves when it listens. @throws TRIBUTARY_CONFIG, naming the place, where it cannot. */
export async function serveHttp(
  place: { readonly host: string; readonly port: number },
  routes: Routes,
): Promise<HttpServer> {
  const server = createServer({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
  })
  server.on('request', (request, response) => void respond(routes, request, response))
  await listen(server, place)
  const { address, family, port } = server.address() as AddressInfo
  return {
    url: `http://${family === 'IPv6' ? `[${address}]` : address}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function respond(
  routes: Routes,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, contentType, body } = await answerTo(routes, request)
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  })
  response.end(request.method === 'HEAD' ? undefined : bytes)
}

async function answerTo(routes: Routes, { method, url }: IncomingMessage): Promise<Answer> {
  const [path = '', query] = (url ?? '').split('?', 2)
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined
  if (route === undefined) {
    return textAnswer(404, `not found; there is ${Object.keys(routes).join(', ')}`)
  }
  if (method !== 'GET' && method !== 'HEAD') return textAnswer(405, 'only GET and HEAD')
  try {
    return await route(new URLSearchParams(query))
  } catch {
    return textAnswer(500, 'this answer could not be made')
  }
}

function listen(
  server: Server,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(error, host, port)))
    server.listen({ host, port }, resolve)
  })
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there',
  EACCES: 'this user may not listen there',
  EADDRNOTAVAIL: 'the address is not one of this machine',
  ENOTFOUND: 'the host is not known',
}

function cannotListen(error: NodeJS.ErrnoException, host: string, port: number): TributaryError {
  const why = REASONS[error.code ?? ''] ?? error.message
  return new TributaryError(
    'TRIBUTARY_CONFIG',
    `metrics and health cannot be served on ${host}:${port}: ${why}`,
    {
      cause: error,
      hint: 'Set TRIBUTARY_HTTP__HOST and TRIBUTARY_HTTP__PORT; port 0 takes a free one.',
    },
  )
}
