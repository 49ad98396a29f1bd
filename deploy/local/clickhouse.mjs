// The ClickHouse engine (npm `chdb`, the real engine as a library) behind our small HTTP server.
import { createRequire } from 'node:module'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { Unavailable } from './unavailable.mjs'

const SERVER = fileURLToPath(new URL('clickhouse-server.mjs', import.meta.url))

export const clickhouse = {
  name: 'clickhouse',
  variable: 'TEST_CLICKHOUSE_URL',
  port: 8123,
  startSeconds: 60,
  url: (address) => `http://${address}`,
  answers: (address) =>
    fetch(`http://${address}/ping`, { signal: AbortSignal.timeout(2_000) }).then(
      async (reply) => (await reply.text()) === 'Ok.\n',
      () => false,
    ),
  prepare: async ({ dir, port }) => {
    try {
      createRequire(import.meta.url).resolve('chdb')
    } catch {
      throw new Unavailable(
        'the npm package chdb is not installed; the ClickHouse engine is in it',
        'run npm ci (it is an optional dependency: Linux with glibc and macOS only, not with --omit=optional)',
      )
    }
    return {
      command: process.execPath,
      args: [SERVER, '--port', String(port), '--path', path.join(dir, 'data')],
      cwd: dir,
      // The engine's calls run on libuv's threads: as many requests go side by side.
      env: { UV_THREADPOOL_SIZE: '16' },
    }
  },
}
