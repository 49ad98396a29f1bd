// The docker command, as the exercise needs it: what a call says, whether it went well, and
// docker-compose.yml as a project of its own, on ports of its own, beside whatever else runs.
import { spawn, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { choosePort } from '../local/network.mjs'
import { Unavailable } from '../local/unavailable.mjs'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const PORTS = ['KAFKA', 'REDIS', 'CLICKHOUSE', 'WORKER', 'PROMETHEUS', 'GRAFANA']

/**
 * Its exit code and what it says on both outputs; never throws.
 * @param {string[]} args
 * @param {{env?: NodeJS.ProcessEnv, timeout?: number}} options `timeout` in ms; 0: none
 */
export function docker(args, { env = process.env, timeout = 0 } = {}) {
  const options = { cwd: ROOT, env, timeout, encoding: 'utf8', maxBuffer: 64 << 20 }
  const { status, stdout, stderr, error } = spawnSync('docker', args, options)
  const words = error ? `${stderr ?? ''}${error.message}` : stderr
  return { code: error ? 127 : (status ?? 1), stdout: stdout ?? '', stderr: words }
}

/** What it says on stdout. @throws an Error with what it says on stderr */
function answer(args, env = process.env) {
  const { code, stdout, stderr } = docker(args, { env })
  if (code !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr.trim()}`)
  return stdout.trim()
}

export const inspect = (what, kind = 'container') => JSON.parse(answer([kind, 'inspect', what]))[0]

/** @throws {Unavailable} no engine, or no Compose v2 */
export function requireDocker() {
  const engine = docker(['version', '--format', '{{.Server.Version}}'])
  if (engine.code !== 0) {
    throw new Unavailable(
      `no Docker engine answers (${engine.stderr.trim().split('\n')[0]})`,
      'install Docker and start it (dockerd), then run this again',
    )
  }
  const compose = docker(['compose', 'version', '--short'])
  if (compose.code !== 0) {
    throw new Unavailable('docker has no compose command', 'install its plugin, Compose v2')
  }
  return { engine: engine.stdout.trim(), compose: compose.stdout.trim() }
}

/**
 * docker-compose.yml with the profile `demo` as the project `name`.
 * @returns `ports` by service in capitals, `password` of all services, `revision` that the image is
 *   built with, and ways to call compose
 */
export async function composeProject(name, password) {
  const git = spawnSync('git', ['rev-parse', 'HEAD'], { cwd: ROOT, encoding: 'utf8' })
  const revision = git.status === 0 ? git.stdout.trim() : ''
  const ports = {}
  for (const service of PORTS) ports[service] = await choosePort(0)
  const env = {
    ...process.env,
    ...Object.fromEntries(PORTS.map((service) => [`${service}_PORT`, String(ports[service])])),
    REVISION: revision,
    REDIS_PASSWORD: password,
    CLICKHOUSE_PASSWORD: password,
    // An engine without the plugin buildx has only the builder of old.
    ...(docker(['buildx', 'version']).code === 0 ? {} : { DOCKER_BUILDKIT: '0' }),
    ...(process.env.NOFILE ? {} : { NOFILE: openFilesMax() }),
  }
  const whole = (args) => ['compose', '--project-name', name, '--profile', 'demo', ...args]
  return {
    ports,
    password,
    revision,
    run: (args) => docker(whole(args), { env }),
    answer: (args) => answer(whole(args), env),
    /** With its output on ours; its exit code. */
    show: (args) =>
      new Promise((done) => {
        const child = spawn('docker', whole(args), { cwd: ROOT, env, stdio: ['ignore', 2, 2] })
        child.on('error', () => done(127))
        child.on('exit', (code) => done(code ?? 1))
      }),
  }
}

/** As many as ClickHouse wants, or as this machine gives. */
function openFilesMax() {
  const hard = Number(spawnSync('sh', ['-c', 'ulimit -Hn'], { encoding: 'utf8' }).stdout)
  return String(Number.isInteger(hard) ? Math.min(hard, 262_144) : 262_144)
}
