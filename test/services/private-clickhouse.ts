// A ClickHouse engine that one test file has to itself, behind the HTTP server of deploy/local: to
// be killed, frozen and started again on the same data; with TLS, with one user.
import { clickhouse as service } from '../../deploy/local/clickhouse.mjs'
import type { Certificates } from './certificates.ts'
import { privatePort } from './private-port.ts'
import { newFolder, startServer } from './private-server.ts'
import type { PrivateServer } from './private-server.ts'

export interface PrivateClickHouseOptions {
  /** https instead of http. */
  readonly tls?: Certificates
  /** The only one who is let in; without it, any credentials are accepted. */
  readonly user?: { readonly name: string; readonly password: string }
}

export interface PrivateClickHouse extends PrivateServer {
  readonly port: number
  /** `http://127.0.0.1:port`, or https */
  readonly url: string
}

/** Starts it and waits until it serves: about a second. */
export async function startPrivateClickHouse({
  tls,
  user,
}: PrivateClickHouseOptions = {}): Promise<PrivateClickHouse> {
  const folder = newFolder('clickhouse')
  const port = await privatePort()
  const start = await service.prepare({ dir: folder, port })
  const { certificate = '', key = '' } = tls?.server ?? {}
  const args = [
    ...start.args,
    ...(tls === undefined ? [] : ['--tls-cert', certificate, '--tls-key', key]),
    ...(user === undefined ? [] : ['--user', user.name, '--password', user.password]),
  ]
  const server = await startServer({
    name: 'clickhouse',
    folder,
    start: { ...start, args },
    isReady: (log) => log.includes('ClickHouse engine'),
  })
  return { ...server, port, url: `http${tls === undefined ? '' : 's'}://127.0.0.1:${port}` }
}
