// A Redis that one test file has to itself: with any options, with TLS, as a cluster of one node
// that owns all slots, with users. Its append-only file can be cut, which is how a Redis forgets
// what it has acknowledged.
import { readdirSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Redis } from 'ioredis'
import { commandLine, redis as service } from '../../deploy/local/redis.mjs'
import { sleep } from '../../deploy/local/processes.mjs'
import type { Certificates } from './certificates.ts'
import { privatePort } from './private-port.ts'
import { newFolder, silently, startServer } from './private-server.ts'
import type { PrivateServer } from './private-server.ts'

export interface PrivateRedisOptions {
  /** As on the command line, without dashes: `{ maxmemory: '2mb' }`. They win over ours. */
  readonly options?: Readonly<Record<string, string>>
  /** A second port with TLS; clients need no certificate (`'tls-auth-clients': 'yes'`: they do). */
  readonly tls?: Certificates
  /** One node that owns all slots. */
  readonly cluster?: boolean
  /** Lines of an ACL file (`user … on >password ~keys +commands`); `default` stays almighty. */
  readonly users?: readonly string[]
}

export interface PrivateRedis extends PrivateServer {
  readonly port: number
  /** `redis://127.0.0.1:port` */
  readonly url: string
  /** `rediss://localhost:port`; '' without `tls`. */
  readonly tlsUrl: string
  /**
   * Cuts that many bytes off the end of the last append-only file, of a server that has ended.
   * Throws if it holds fewer.
   */
  cutLog(bytes: number): void
}

/** Starts it and waits until it serves. AOF every second and no eviction, unless told otherwise. */
export async function startPrivateRedis(how: PrivateRedisOptions = {}): Promise<PrivateRedis> {
  const folder = newFolder('redis')
  const port = await privatePort()
  const tlsPort = how.tls === undefined ? 0 : await privatePort()
  const options = {
    ...(how.tls === undefined ? {} : tlsOptions(how.tls, tlsPort)),
    ...(how.cluster === true ? await clusterOptions() : {}),
    ...(how.users === undefined ? {} : { aclfile: usersFile(folder, how.users) }),
    ...how.options,
  }
  const start = await service.prepare({ dir: folder, port, say: silently })
  const server = await startServer({
    name: 'redis',
    folder,
    start: { ...start, args: [...start.args, ...commandLine(options)] },
    isReady: (log) => log.includes('Ready to accept connections'),
  })
  const url = service.url(`127.0.0.1:${port}`)
  const settle = () => (how.cluster === true ? ownAllSlots(url) : undefined)
  await settle()
  return {
    ...server,
    restart: async (restart = {}) => {
      await server.restart(restart)
      if (restart.ready !== false) await settle()
    },
    port,
    url,
    tlsUrl: how.tls === undefined ? '' : `rediss://localhost:${tlsPort}`,
    cutLog: (bytes) => cutLog(path.join(folder, 'data'), bytes),
  }
}

const tlsOptions = ({ authority, server }: Certificates, port: number) => ({
  'tls-port': String(port),
  'tls-cert-file': server.certificate,
  'tls-key-file': server.key,
  'tls-ca-cert-file': authority,
  'tls-auth-clients': 'no',
})

const clusterOptions = async () => ({
  'cluster-enabled': 'yes',
  // With no other node to tell it, it does not know its own address.
  'cluster-announce-ip': '127.0.0.1',
  'cluster-port': String(await privatePort()),
})

function usersFile(folder: string, users: readonly string[]): string {
  const file = path.join(folder, 'users.acl')
  writeFileSync(file, ['user default on nopass ~* &* +@all', ...users, ''].join('\n'))
  return file
}

/** Takes two seconds, for which Redis gives others time to object. */
async function ownAllSlots(url: string): Promise<void> {
  const redis = new Redis(url)
  try {
    const isNew = (await redis.cluster('INFO')).includes('cluster_slots_assigned:0')
    if (isNew) await redis.call('CLUSTER', 'ADDSLOTSRANGE', '0', '16383')
    while (!(await redis.cluster('INFO')).includes('cluster_state:ok')) await sleep(20)
  } finally {
    redis.disconnect()
  }
}

function cutLog(data: string, bytes: number): void {
  const folder = path.join(data, 'appendonlydir')
  const number = (file: string) => Number(/\.(\d+)\.incr\.aof$/.exec(file)?.[1] ?? -1)
  const last = readdirSync(folder)
    .filter((file) => number(file) >= 0)
    .toSorted((a, b) => number(a) - number(b))
    .at(-1)
  const file = path.join(folder, last ?? 'appendonly.aof.1.incr.aof')
  const { size } = statSync(file)
  if (bytes > size) throw new Error(`the append-only file holds ${size} bytes, not ${bytes}`)
  truncateSync(file, size - bytes)
}
