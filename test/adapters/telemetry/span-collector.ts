// A collector of traces for tests: takes OTLP over HTTP in JSON, as a real one does.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface Span {
  readonly name: string
  readonly startTimeUnixNano: string
  readonly endTimeUnixNano: string
  readonly status: { readonly code?: number; readonly message?: string }
  readonly attributes: Readonly<Record<string, string>>
  /** Of the resource. */
  readonly service: string
}

interface Attribute {
  readonly key: string
  readonly value: Readonly<Record<string, string | number>>
}
interface Sent {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] }
    readonly scopeSpans: readonly { readonly spans: readonly SentSpan[] }[]
  }[]
}
type SentSpan = Omit<Span, 'attributes' | 'service'> & { readonly attributes: readonly Attribute[] }

const byKey = (attributes: readonly Attribute[]): Record<string, string> =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, String(Object.values(value)[0])]))

export interface Collector {
  readonly url: string
  /** What was posted, as it came. */
  readonly bodies: readonly string[]
  spans(): Span[]
  close(): Promise<void>
}

export async function startCollector(): Promise<Collector> {
  const bodies: string[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      if (request.url === '/v1/traces') bodies.push(body)
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    bodies,
    spans: () =>
      bodies
        .flatMap((body) => (JSON.parse(body) as Sent).resourceSpans)
        .flatMap(({ resource, scopeSpans }) => {
          const service = byKey(resource.attributes)['service.name'] ?? ''
          return scopeSpans
            .flatMap(({ spans }) => spans)
            .map((span) => ({ ...span, service, attributes: byKey(span.attributes) }))
        }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}
