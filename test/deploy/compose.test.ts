// docker-compose.yml and deploy/Dockerfile, held to what they speak of: settings, images, ports,
// files. Running them is `node deploy/containers/exercise.mjs`, which needs a Docker engine.
import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { DURABILITY } from '../../deploy/local/redis.mjs'
import { loadConfig } from '../../src/config/load.ts'
import { CONTAINER_PLANS } from '../services/container-plans.mjs'

interface Service {
  readonly image: string
  readonly command?: string | readonly string[]
  readonly environment?: Readonly<Record<string, string | number>>
  readonly ports?: readonly string[]
  readonly volumes?: readonly string[]
  readonly profiles?: readonly string[]
  readonly healthcheck?: Readonly<Record<string, unknown>>
  readonly read_only?: boolean
  readonly cap_drop?: readonly string[]
  readonly stop_grace_period?: string
}

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const read = (file: string): string => readFileSync(path.join(ROOT, file), 'utf8')
const text = read('docker-compose.yml')
const { services } = parse(text, { merge: true }) as {
  services: Readonly<Record<string, Service>>
}
const service = (name: string): Service => services[name]!
const OURS = ['migrate', 'worker', 'generator']

/** As compose fills them in where nothing is set: `${NAME:-default}`. */
const filled = (value: string | number): string =>
  String(value).replace(/\$\{\w+:-([^}]*)\}/g, '$1')

const environmentOf = (name: string): Record<string, string> =>
  Object.fromEntries(
    Object.entries(service(name).environment ?? {}).map(([key, value]) => [key, filled(value)]),
  )

describe('docker-compose.yml', () => {
  it('gives the worker settings that exist and are valid', () => {
    for (const name of OURS) {
      const config = loadConfig({ env: environmentOf(name) })
      expect(config.kafka.brokers).toEqual(['kafka:9092'])
      expect(config.clickhouse.url).toBe('http://clickhouse:8123')
    }
  })

  it('gives the worker more time to stop than it takes', () => {
    const { stopTimeoutMs } = loadConfig({ env: environmentOf('worker') })
    const grace = /^(\d+)s$/.exec(service('worker').stop_grace_period ?? '')
    expect(Number(grace?.[1]) * 1_000).toBeGreaterThan(stopTimeoutMs + 5_000)
  })

  it('lets the worker write nothing and do nothing', () => {
    for (const name of OURS) {
      expect(service(name)).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
      })
    }
  })

  it('runs the images that the tests run', () => {
    for (const name of ['kafka', 'redis', 'clickhouse']) {
      expect(service(name).image).toBe(CONTAINER_PLANS[name]?.image)
    }
  })

  it('sets Redis up as the worker expects it', () => {
    const command = service('redis').command ?? []
    for (const [option, value] of Object.entries(DURABILITY)) {
      expect(command[command.indexOf(`--${option}`) + 1]).toBe(value)
    }
  })

  it('opens ports on loopback only, each with a number that can be changed', () => {
    const ports = Object.values(services).flatMap((one) => one.ports ?? [])
    expect(ports.length).toBeGreaterThanOrEqual(6)
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\$\{[A-Z]+_PORT:-\d+\}:\d+$/)
    expect(new Set(ports.map((port) => filled(port).split(':')[1])).size).toBe(ports.length)
  })

  it('marks every password that must be changed', () => {
    const passwords = text.split('\n').filter((line) => /_PASSWORD/.test(line))
    expect(passwords.length).toBeGreaterThanOrEqual(5)
    for (const line of passwords) expect(line).toMatch(/\$\{[A-Z]+_PASSWORD:-CHANGEME\}/)
  })

  it('mounts only what is in the repository', () => {
    const mounts = Object.values(services)
      .flatMap((one) => one.volumes ?? [])
      .filter((volume) => volume.startsWith('./'))
    expect(mounts.length).toBeGreaterThan(0)
    const missing = mounts.filter((mount) => !existsSync(path.join(ROOT, mount.split(':')[0]!)))
    expect(missing).toEqual([])
  })

  it('has a health check for whatever goes on running, which older engines understand', () => {
    const running = Object.entries(services).filter(([name]) => name !== 'migrate')
    for (const [, { healthcheck }] of running) expect(healthcheck).toHaveProperty('test')
    expect(text).not.toMatch(/start_interval/)
  })

  it('keeps the demo out of what is started without its profile', () => {
    const demo = Object.entries(services).filter(([, { profiles }]) => profiles?.includes('demo'))
    expect(demo.map(([name]) => name).toSorted()).toEqual(['generator', 'grafana', 'prometheus'])
  })

  const compose = spawnSync('docker', ['compose', 'version'], { encoding: 'utf8' })
  it.skipIf(compose.status !== 0)('is what Compose takes, where there is Compose', () => {
    const args = ['compose', '--profile', 'demo', 'config', '--quiet']
    const { status, stderr } = spawnSync('docker', args, { cwd: ROOT, encoding: 'utf8' })
    expect(stderr).toBe('')
    expect(status).toBe(0)
  })
})

describe('deploy/Dockerfile', () => {
  const dockerfile = read('deploy/Dockerfile')
  const lines = dockerfile.split('\n')

  it('copies what is there and what .dockerignore lets through', () => {
    const allowed = read('.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1))
    const copied = lines
      .filter((line) => line.startsWith('COPY ') && !line.includes('--from='))
      .flatMap((line) => line.split(' ').slice(1, -1))
    expect(copied.length).toBeGreaterThan(4)
    for (const source of copied) {
      expect(existsSync(path.join(ROOT, source)), source).toBe(true)
      expect(allowed.some((one) => source === one || source.startsWith(`${one}/`))).toBe(true)
    }
  })

  it('brings what the program reads beside itself', () => {
    const last = dockerfile.slice(dockerfile.lastIndexOf('\nFROM '))
    expect(last).toMatch(/^COPY schemas\/clickhouse schemas\/clickhouse$/m)
    expect(last).toMatch(/^COPY package.json /m)
  })

  it('runs as a user that Kubernetes can tell from root, with a health check', () => {
    expect(lines).toContain('USER 1000:1000')
    expect(dockerfile).toMatch(/^HEALTHCHECK .*--interval=/m)
    expect(dockerfile).not.toMatch(/--start-interval|^# *syntax=/m)
  })

  it('leaves out development packages and the embedded engine', () => {
    expect(dockerfile).toMatch(/npm ci --omit=dev --omit=optional/)
    const { dependencies, optionalDependencies } = JSON.parse(read('package.json')) as Record<
      string,
      Record<string, string>
    >
    expect(dependencies).not.toHaveProperty('chdb')
    expect(optionalDependencies).toHaveProperty('chdb')
  })

  it('says its version as package.json does', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(lines).toContain(`ARG VERSION=${version}`)
  })

  it('sets only settings that exist', () => {
    const set = [...dockerfile.matchAll(/\b(TRIBUTARY_\w+)=(\S+)/g)]
    const env = Object.fromEntries(set.map(([, name, value]) => [name, value]))
    expect(loadConfig({ env }).http.host).toBe('0.0.0.0')
  })
})
