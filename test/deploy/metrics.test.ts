// What a worker serves, as promtool reads it: the format, the naming rules, a help for each metric.
import { expect, it } from 'vitest'
import { ALL_METRICS } from '../../src/adapters/telemetry/catalogue.ts'
import { createTelemetry } from '../../src/adapters/telemetry/telemetry.ts'
import { describeWithPromtool } from './promtool.ts'

describeWithPromtool('promtool', (promtool) => {
  it('finds nothing to say against a scrape with every metric of our own', async () => {
    const telemetry = createTelemetry({
      topic: 'events',
      level: 'info',
      destination: { write: () => undefined },
      version: '1.2.3',
      revision: 'abc',
      tracing: null,
      worker: () => null,
      services: () => ({ kafka: true }),
    })
    telemetry.outcomes(0, 'rejected', 'invalid_json', 3)
    telemetry.sold('EUR', { orders: 1, grossMinor: 100, refundMinor: -1 })
    telemetry.took('flush', 20, {})
    const { body } = await telemetry.metrics()
    const ours = body.split('\n\n').filter((metric) => metric.startsWith('# HELP tributary_'))
    expect(ours).toHaveLength(ALL_METRICS.length)
    expect(promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toEqual({
      status: 0,
      output: '',
    })
  })
})
