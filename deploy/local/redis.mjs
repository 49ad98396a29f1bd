// Redis from the system's packages, with the durability that the worker expects of production.
import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { ask } from './network.mjs'
import { requireProgram } from './requirements.mjs'

const REDIS = {
  packages: ['redis-server'],
  purpose: 'the state store',
  elsewhere: 'brew install redis',
}

/** What the worker expects, whatever way Redis is started. */
export const DURABILITY = {
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
  save: '',
}

/** @param {Record<string, string>} options */
export const commandLine = (options) =>
  Object.entries(options).flatMap(([name, value]) => [`--${name}`, value])

export const redis = {
  name: 'redis',
  variable: 'TEST_REDIS_URL',
  port: 6379,
  startSeconds: 30,
  url: (address) => `redis://${address}`,
  // While it loads its log it answers -LOADING.
  answers: (address) => ask(address, 'PING\r\n', (reply) => reply.toString().startsWith('+PONG')),
  prepare: async ({ dir, port, say }) => {
    const command = requireProgram('redis-server', REDIS, say)
    const data = path.join(dir, 'data')
    mkdirSync(data, { recursive: true })
    const place = { bind: '127.0.0.1', port: String(port), dir: data, daemonize: 'no' }
    return { command, args: commandLine({ ...place, ...DURABILITY }), cwd: dir }
  },
}
