// The ClickHouse engine that a test file has to itself does what tests of faults and security rely
// on.
import { readFileSync } from 'node:fs'
import { createClient } from '@clickhouse/client'
import type { ClickHouseClientConfigOptions } from '@clickhouse/client'
import { expect, it } from 'vitest'
import { makeCertificates } from './certificates.ts'
import { describeWithPrivate } from './describe-with-private.ts'
import { startPrivateClickHouse } from './private-clickhouse.ts'

describeWithPrivate(['clickhouse', 'openssl'], 'a ClickHouse of its own', () => {
  async function ask(options: ClickHouseClientConfigOptions, query: string): Promise<unknown> {
    const client = createClient({ request_timeout: 5_000, log: { level: 127 }, ...options })
    try {
      const result = await client.query({ query, format: 'JSONCompactEachRow' })
      return await result.json()
    } finally {
      await client.close()
    }
  }

  it('keeps over kill -9 what it has acknowledged', async () => {
    const server = await startPrivateClickHouse()
    const { url } = server
    const client = createClient({ url })
    await client.command({ query: 'CREATE DATABASE test_kept' })
    await client.command({ query: 'CREATE TABLE test_kept.t (n UInt32) ORDER BY n' })
    await client.insert({ table: 'test_kept.t', values: [[1], [2]], format: 'JSONCompactEachRow' })
    await client.close()
    await server.kill()
    await expect(ask({ url }, 'SELECT 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
    await server.restart()
    expect(await ask({ url }, 'SELECT n FROM test_kept.t ORDER BY n')).toEqual([[1], [2]])
    await server.remove()
  })

  it('lets in one user, over TLS, those who trust its authority', async () => {
    const tls = makeCertificates()
    const user = { name: 'tributary', password: 'a:secret' }
    const { url } = await startPrivateClickHouse({ tls, user })
    const trusting = { tls: { ca_cert: readFileSync(tls.authority) } }
    const distrusting = { tls: { ca_cert: readFileSync(tls.otherAuthority) } }
    const named = { url, username: user.name, password: user.password }
    expect(await ask({ ...named, ...trusting }, 'SELECT 1')).toEqual([[1]])
    await expect(ask({ ...named, ...distrusting }, 'SELECT 1')).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
    await expect(ask({ ...named, password: '', ...trusting }, 'SELECT 1')).rejects.toMatchObject({
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    })
  })
})
