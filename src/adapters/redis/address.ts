// The parts of a Redis URL. Ours and not the client library's, since a cluster client takes parts.
import { TributaryError } from '../../ports/errors.ts'

export interface RedisAddress {
  readonly host: string
  readonly port: number
  readonly db: number
  readonly username?: string
  readonly password?: string
}

const PORT = 6379

/** @param text `redis://user:password@host:port/db`; user and password percent-encoded */
export function readAddress(text: string): RedisAddress {
  try {
    const url = new URL(text)
    const db = /^\/?(\d*)$/.exec(url.pathname)?.[1]
    if (db === undefined || url.search !== '' || url.hostname === '') throw new Error('parts')
    return {
      host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
      port: Number(url.port || PORT),
      db: Number(db),
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    }
  } catch {
    // Without the cause: it may quote the address, and with it the password.
    throw new TributaryError('TRIBUTARY_CONFIG', 'The address of Redis cannot be read.', {
      hint: 'TRIBUTARY_REDIS__URL is like redis://user:password@host:6379/0',
    })
  }
}
