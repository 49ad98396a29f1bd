// The Helm chart, rendered by Helm itself and held to Kubernetes' types, to the settings of the
// program and to its image.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { parse } from 'yaml'
import { loadConfig } from '../../src/config/load.ts'
import { describeWithHelm } from './helm.ts'
import type { Manifest } from './helm.ts'
import { complaintsAbout } from './manifest-check.ts'

interface Variable {
  readonly name: string
  readonly value: string
}

interface Pod {
  readonly terminationGracePeriodSeconds: number
  readonly containers: readonly [
    {
      readonly args: readonly string[]
      readonly env: readonly Variable[]
      readonly volumeMounts: readonly { readonly mountPath: string }[]
      readonly livenessProbe: object
    },
  ]
}

const read = (file: string): string =>
  readFileSync(new URL(`../../${file}`, import.meta.url), 'utf8')

const SECRET = '/run/secrets/tributary/'
const CUSTOM = new Set(['ScaledObject', 'ServiceMonitor', 'PrometheusRule'])
const EVERYTHING = {
  settings: {
    kafka: { brokers: ['a:9092', 'b:9092'], topic: 'clicks', sasl_mechanism: 'scram-sha-512' },
    lateness: '14d',
    ticks: true,
    unflushed_rows_max: 1_000_000,
    goals: { purchase: { actions: ['purchase', 'order'], closes: true } },
  },
  secret: {
    name: 'tributary',
    files: [
      { setting: 'redis.url', key: 'redis-url' },
      { setting: 'clickhouse.password', key: 'clickhouse' },
    ],
  },
  env: [{ name: 'OTEL_EXPORTER_OTLP_ENDPOINT', value: 'http://collector:4318' }],
  migrate: { args: ['--partitions', '12'] },
  keda: { enabled: true, authentication: 'kafka-login' },
  serviceMonitor: { enabled: true, labels: { release: 'prometheus' } },
  prometheusRule: { enabled: true },
  networkPolicy: { ingressFrom: [{ namespaceSelector: { matchLabels: { name: 'monitoring' } } }] },
  imagePullSecrets: [{ name: 'registry' }],
  nodeSelector: { disk: 'fast' },
  tolerations: [{ key: 'streaming', operator: 'Exists' }],
  podLabels: { team: 'growth' },
  podAnnotations: { note: 'x' },
  affinity: { podAntiAffinity: {} },
}

const ofKind = (manifests: readonly Manifest[], kind: string): Manifest =>
  manifests.find((one) => one.kind === kind)!

const podOf = ({ spec }: Manifest): Pod => (spec['template'] as { readonly spec: Pod }).spec

const environmentOf = (manifest: Manifest): Record<string, string> =>
  Object.fromEntries(podOf(manifest).containers[0].env.map(({ name, value }) => [name, value]))

/** The same, with files that are there in the places of the Secret's. */
function withSecrets(env: Record<string, string>): Record<string, string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'tributary-test-secret-'))
  onTestFinished(() => rmSync(folder, { recursive: true }))
  const files = Object.entries(env).filter(([, value]) => value.startsWith(SECRET))
  const placed = files.map(([name, value]) => {
    const file = path.join(folder, path.basename(value))
    writeFileSync(file, 'rediss://of-the-secret:6379\n')
    return [name, file] as const
  })
  return { ...env, ...Object.fromEntries(placed) }
}

describeWithHelm('the Helm chart', (helm, chart) => {
  it('is one that `helm lint` takes', () => {
    const { code, output } = helm.run('lint', '--strict', chart)
    expect(output).toContain('1 chart(s) linted, 0 chart(s) failed')
    expect(code).toBe(0)
  })

  it('renders what Kubernetes has types for, as it is and with everything switched on', () => {
    const [plain, full] = [helm.render(), helm.render(EVERYTHING)]
    expect(plain.map(({ kind }) => kind).toSorted()).toEqual(
      ['Deployment', 'Job', 'NetworkPolicy', 'PodDisruptionBudget', 'Service'].toSorted(),
    )
    expect(full.map(({ kind }) => kind).filter((kind) => CUSTOM.has(kind))).toHaveLength(3)
    const known = [...plain, ...full].filter(({ kind }) => !CUSTOM.has(kind))
    const misspelt = { ...ofKind(plain, 'Job'), spec: { template: {}, backofLimit: 3 } }
    const complaints = complaintsAbout([...known, misspelt])
    // The last one shows that the compiler looks.
    expect(complaints.split('\n').filter((line) => line.includes('error'))).toEqual([
      expect.stringContaining('backofLimit'),
    ])
  })

  it('hands the settings to worker and migration as the program reads them', () => {
    const manifests = helm.render(EVERYTHING)
    const deployment = ofKind(manifests, 'Deployment')
    const { OTEL_EXPORTER_OTLP_ENDPOINT: traces, ...settings } = environmentOf(deployment)
    expect(traces).toBe('http://collector:4318')
    expect(settings).toMatchObject({
      TRIBUTARY_REDIS__URL_FILE: '/run/secrets/tributary/redis-url',
      TRIBUTARY_CLICKHOUSE__PASSWORD_FILE: '/run/secrets/tributary/clickhouse',
    })
    const mounts = podOf(deployment).containers[0].volumeMounts.map(({ mountPath }) => mountPath)
    expect(mounts).toEqual(['/tmp', '/run/secrets/tributary'])
    const login = { TRIBUTARY_KAFKA__USERNAME: 'u', TRIBUTARY_KAFKA__PASSWORD: 'p' }
    const config = loadConfig({ env: { ...withSecrets(settings), ...login } })
    expect(config.redis.url).toBe('rediss://of-the-secret:6379')
    expect(config.kafka).toMatchObject({ brokers: ['a:9092', 'b:9092'], topic: 'clicks' })
    expect(config).toMatchObject({ ticks: true, unflushedRowsMax: 1_000_000 })
    expect(config.settings).toMatchObject({
      latenessMs: 14 * 86_400_000,
      goals: [{ name: 'purchase', actions: ['purchase', 'order'] }],
    })
    const migrate = ofKind(manifests, 'Job')
    expect(environmentOf(migrate)).toEqual(settings)
    expect(podOf(migrate).containers[0].args).toEqual(['migrate', '--partitions', '12'])
  })

  it('gives a worker longer to stop than it takes, and probes the port of its image', () => {
    const pod = podOf(ofKind(helm.render(), 'Deployment'))
    const { stopTimeoutMs } = loadConfig({ env: {} })
    expect(pod.terminationGracePeriodSeconds * 1_000).toBeGreaterThanOrEqual(stopTimeoutMs + 5_000)
    expect(pod.containers[0].livenessProbe).toMatchObject({
      httpGet: { path: '/livez', port: 'metrics' },
    })
    expect(read('deploy/Dockerfile')).toMatch(/^EXPOSE 9464$/m)
    expect(loadConfig({ env: {} }).http.port).toBe(9_464)
  })

  it('takes the values that the runbook shows', () => {
    const [, shown = ''] = /```yaml\n([^]*?)```/.exec(read('deploy/README.md')) ?? []
    const manifests = helm.render(parse(shown) as object)
    expect(manifests.map(({ kind }) => kind)).toContain('ScaledObject')
    const env = environmentOf(ofKind(manifests, 'Deployment'))
    const { TRIBUTARY_REDIS__TLS_CA_FILE: authority, TRIBUTARY_REDIS__URL_FILE: file } = env
    expect(path.dirname(authority!)).toBe(path.dirname(file!))
    expect(loadConfig({ env: withSecrets(env) }).redis.url).toBe('rediss://of-the-secret:6379')
  })

  it('renders a command of an operator as a Job of its own, with the settings of the workers', () => {
    const args = ['admin', 'rebuild', '--all', '--reason', 'Redis was lost', '--execute']
    const manifests = helm.render({ ...EVERYTHING, operator: { args } })
    const jobs = manifests.filter(({ kind }) => kind === 'Job')
    const job = jobs.find(({ metadata }) => 'generateName' in metadata)!
    expect(jobs).toHaveLength(2)
    expect(podOf(job).containers[0].args).toEqual(args)
    const settings = environmentOf(ofKind(manifests, 'Deployment'))
    delete settings['OTEL_EXPORTER_OTLP_ENDPOINT']
    expect(environmentOf(job)).toEqual(settings)
    expect(complaintsAbout([job])).toBe('')
  })

  it('hands the alert rules on as they are', () => {
    const { spec } = ofKind(helm.render(EVERYTHING), 'PrometheusRule')
    expect(spec).toEqual(parse(read('deploy/prometheus/alerts.yml')))
  })

  it('scales on the lag of the group that the workers are', () => {
    const manifests = helm.render(EVERYTHING)
    const [trigger] = ofKind(manifests, 'ScaledObject').spec['triggers'] as [object]
    expect(trigger).toEqual({
      type: 'kafka',
      metadata: {
        bootstrapServers: 'a:9092,b:9092',
        consumerGroup: 'tributary',
        topic: 'clicks',
        lagThreshold: '50000',
        offsetResetPolicy: 'earliest',
        allowIdleConsumers: 'false',
        excludePersistentLag: 'true',
        limitToPartitionsWithLag: 'true',
      },
      authenticationRef: { name: 'kafka-login' },
    })
    // Two who set the number of workers would undo each other's.
    expect(ofKind(manifests, 'Deployment').spec).not.toHaveProperty('replicas')
    expect(ofKind(helm.render(), 'Deployment').spec['replicas']).toBe(2)
  })

  it.each([
    ['a setting that does not exist', { settings: { kafka: { broker: 'a:9092' } } }, 'broker'],
    ['a password that is no secret', { settings: { kafka: { password: 'x' } } }, 'password'],
    ['a value of another kind', { replicas: 'two' }, 'replicas'],
    ['a value that does not exist', { replica: 2 }, 'replica'],
    [
      'a secret that is no setting',
      { secret: { name: 's', files: [{ setting: 'a', key: 'b' }] } },
      'setting',
    ],
    [
      'keys of no Secret',
      { secret: { files: [{ setting: 'redis.url', key: 'b' }] } },
      'secret.name',
    ],
  ])('refuses %s', (_, values, word) => {
    expect(() => helm.render(values)).toThrow(word)
  })
})
