// Traces of the worker's work by OpenTelemetry: one span for each batch applied, commit, flush and
// take-over, sent over OTLP/HTTP. Loaded only where they are asked for (`OTEL_…`, read by the SDK
// itself: endpoint, headers, sampler, resource). Spans hold what log lines hold and nothing more; a
// collector that is down costs spans, never records.
import type { Telemetry, Timed, WorkFacts } from '../../ports/telemetry.ts'

export interface Tracing {
  readonly took: Telemetry['took']
  /** Sends what has not been sent; soon, and never rejects. */
  close(): Promise<void>
}

export interface TracingOptions {
  readonly topic: string
  readonly group: string
  readonly version: string
}

const SPANS: Readonly<Record<Timed, string>> = {
  apply: 'tributary.batch',
  commit: 'tributary.commit',
  flush: 'tributary.flush',
  acquire: 'tributary.acquire',
}

/** Ends before the process is waited for any longer. */
const CLOSE_MAX_MS = 2_000

export async function startTracing({ topic, group, version }: TracingOptions): Promise<Tracing> {
  const [{ SpanKind, SpanStatusCode }, sdk, { OTLPTraceExporter }, resources] = await Promise.all([
    import('@opentelemetry/api'),
    import('@opentelemetry/sdk-trace-base'),
    import('@opentelemetry/exporter-trace-otlp-http'),
    import('@opentelemetry/resources'),
  ])
  const { resourceFromAttributes, detectResources, envDetector } = resources
  const named = resourceFromAttributes({ 'service.name': 'tributary', 'service.version': version })
  const provider = new sdk.BasicTracerProvider({
    // What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say wins.
    resource: named.merge(detectResources({ detectors: [envDetector] })),
    spanProcessors: [new sdk.BatchSpanProcessor(new OTLPTraceExporter())],
  })
  const tracer = provider.getTracer('tributary', version)
  const common = {
    'messaging.system': 'kafka',
    'messaging.destination.name': topic,
    'messaging.consumer.group.name': group,
  }
  return {
    took: (what, ms, facts) => {
      const endTime = Date.now()
      const span = tracer.startSpan(SPANS[what], {
        kind: what === 'apply' ? SpanKind.CONSUMER : SpanKind.CLIENT,
        startTime: endTime - ms,
        attributes: { ...common, ...attributesOf(facts) },
      })
      if (facts.failure !== undefined) {
        span.setStatus({ code: SpanStatusCode.ERROR, message: facts.failure })
      }
      span.end(endTime)
    },
    close: async () => {
      let timer: NodeJS.Timeout | undefined
      const late = new Promise<void>((resolve) => (timer = setTimeout(resolve, CLOSE_MAX_MS)))
      await Promise.race([provider.shutdown().catch(() => undefined), late])
      clearTimeout(timer)
    },
  }
}

function attributesOf({
  partition,
  from,
  to,
  records,
}: WorkFacts): Record<string, string | number> {
  return {
    ...(partition === undefined ? {} : { 'messaging.destination.partition.id': String(partition) }),
    ...(records === undefined ? {} : { 'messaging.batch.message_count': records }),
    ...(from === undefined ? {} : { 'tributary.offset.from': from }),
    ...(to === undefined ? {} : { 'tributary.offset.to': to }),
  }
}
