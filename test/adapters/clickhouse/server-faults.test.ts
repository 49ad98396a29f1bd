// A server that is silent, that distrusts us or that we do not trust: each is told from the others,
// and an insert without an answer may be sent again.
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import type { ServerOptions } from '../../../src/adapters/clickhouse/server-client.ts'
import { rowOf } from '../../contract/ledger-rows.ts'
import { makeCertificates } from '../../services/certificates.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateClickHouse } from '../../services/private-clickhouse.ts'

const DATABASE = 'test_faults'
const RANGE = { topic: '', partition: 0, lineage: '1', hourFrom: 0, hourTo: 1e6 }
const UNAVAILABLE = { code: 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE', exitCode: 69 }

describeWithPrivate(['clickhouse', 'openssl'], 'a server', () => {
  const opened: ClickHouse[] = []
  const open = (options: Omit<ServerOptions, 'database'>): ClickHouse => {
    const db = openServer({ ...options, database: DATABASE })
    opened.push(db)
    return db
  }
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((db) => db.close()))
  })

  it('that goes silent fails inserts and reads in time, and takes the rows once', async () => {
    const server = await startPrivateClickHouse()
    const db = open({ url: server.url })
    await migrate(db)
    const again = createClickHouseLedger(db)
    const row = (records: number) => rowOf('intake', { lineage: '1' }, { records }, records)
    await again.insert('intake', [row(1)])
    server.freeze()
    const ledger = createClickHouseLedger(open({ url: server.url, timeoutMs: 1_000 }))
    await expect(ledger.insert('intake', [row(2)])).rejects.toMatchObject(UNAVAILABLE)
    await expect(ledger.read('intake', RANGE)).rejects.toMatchObject(UNAVAILABLE)
    server.thaw()
    for (const records of [3, 2, 2]) await again.insert('intake', [row(records)])
    expect(await again.read('intake', RANGE)).toEqual([row(3)])
    await server.remove()
  })

  it('that fails halfway through a result gives an error and no half of the rows', async () => {
    const server = await startPrivateClickHouse()
    const db = open({ url: server.url })
    await db.createDatabase()
    const sql = 'SELECT throwIf(number = 300000) FROM numbers(400000)'
    await expect(db.rows(sql)).rejects.toMatchObject({ code: 'TRIBUTARY_CLICKHOUSE_QUERY' })
    await server.remove()
  })

  it('behind TLS is used by those who name its authority, with user and password', async () => {
    const tls = makeCertificates()
    const user = { name: 'tributary', password: 'a:secret' }
    const server = await startPrivateClickHouse({ tls, user })
    const login = { url: server.url, user: user.name, password: user.password }
    const trusting = { tlsCaFile: tls.authority }
    const db = open({ ...login, ...trusting })
    expect((await migrate(db)).length).toBeGreaterThan(0)
    expect(await db.rows('SELECT count() FROM bi_credits')).toEqual([['0']])
    for (const [options, hint] of [
      [login, 'TRIBUTARY_CLICKHOUSE__TLS_CA_FILE'],
      [{ ...login, tlsCaFile: tls.otherAuthority }, 'TRIBUTARY_CLICKHOUSE__TLS_CA_FILE'],
      [{ ...login, ...trusting, password: 'wrong' }, 'TRIBUTARY_CLICKHOUSE__USER'],
    ] as const) {
      await expect(open(options).rows('SELECT 1')).rejects.toMatchObject({
        ...UNAVAILABLE,
        hint: expect.stringContaining(hint) as string,
      })
    }
    expect(() => open({ ...login, tlsCaFile: `${tls.authority}.missing` })).toThrow(
      expect.objectContaining({ code: 'TRIBUTARY_CONFIG', exitCode: 78 }) as Error,
    )
    await server.remove()
  })

  it('whose replicas have not yet agreed on the insert before is asked again', async () => {
    const server = await startPrivateClickHouse()
    const busy = await startBusyProxy(server.port, 2)
    const db = open({ url: busy.url })
    await migrate(open({ url: server.url }))
    const row = rowOf('intake', { lineage: '1' }, { records: 1 })
    await createClickHouseLedger(db).insert('intake', [row])
    expect(await createClickHouseLedger(db).read('intake', RANGE)).toEqual([row])
    expect(busy.refused()).toBe(2)
    await busy.close()
    await server.remove()
  })
})

/** Before a real server: refuses the first inserts as one with replicas does at times. */
async function startBusyProxy(port: number, refusals: number) {
  let refused = 0
  const proxy = createServer((asked, answered) => {
    const isInsert = /INSERT/i.test(decodeURIComponent(asked.url ?? ''))
    if (isInsert && refused < refusals) {
      refused++
      asked.resume()
      answered.writeHead(500, { 'X-ClickHouse-Exception-Code': '286' })
      answered.end(
        'Code: 286. DB::Exception: Quorum for previous write has not been satisfied yet. ' +
          '(UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE) (version 25.8.2.29)',
      )
      return
    }
    const { method, url, headers } = asked
    const onward = request({ host: '127.0.0.1', port, method, path: url, headers }, (answer) => {
      answered.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(answered)
    })
    asked.pipe(onward)
  })
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done))
  return {
    url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    refused: () => refused,
    close: () =>
      new Promise<void>((done) => {
        proxy.close(() => done())
        proxy.closeAllConnections()
      }),
  }
}
