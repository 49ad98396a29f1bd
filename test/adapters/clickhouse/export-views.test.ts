// The CSV of the views: exact bytes, the same from the embedded engine and from a server; whole or
// not at all.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { exportViews } from '../../../src/adapters/clickhouse/export-views.ts'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'
import { openServer } from '../../../src/adapters/clickhouse/server.ts'
import { rowOf } from '../../contract/ledger-rows.ts'
import { describeWithService, dropDatabase, testName } from '../../services.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

const embedded = useEmbeddedEngine()
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  await fill(embedded())
})
afterAll(() => rm(folder, { recursive: true, force: true }))

async function fill(db: ClickHouse): Promise<void> {
  const ledger = createClickHouseLedger(db)
  const lineage = '18446744073709551615'
  await ledger.writeLineages([
    {
      topic: 'events',
      partition: 0,
      lineage,
      baseOffset: 0,
      status: 'active',
      reason: '',
    },
  ])
  const names = [
    'b',
    'a',
    'Z',
    'ä',
    '😀',
    '\uffee',
    'say "hi", you',
    'two\nlines',
    '',
    'a b',
    'a > b',
  ]
  const steps = names.map((from_state, i) =>
    rowOf('transitions', { dimensions: { from_state }, lineage }, { observed: i + 1 }),
  )
  await ledger.insert('transitions', steps)
  const minute = (currency: string, at: string) => ({
    dimensions: { live_event_id: 'show', minute: at, variant: '', currency },
    lineage,
  })
  await ledger.insert('live_minutes', [
    rowOf('live_minutes', minute('USD', '2026-01-01 10:00:00'), { orders: 2, gmv_minor: 2501 }),
    rowOf('live_minutes', minute('', '2026-01-01 10:00:00'), {
      events: 5,
      tag_views: 3,
      tag_clicks: 1,
    }),
    rowOf('live_minutes', minute('', '2026-01-01 09:59:00'), { events: 1 }),
  ])
  // More rows than one piece of a stream holds, so that a header or footer per piece would show.
  const days = Array.from({ length: 70_000 }, (_, i) => {
    const channel = `c${String(i).padStart(5, '0')}`
    return rowOf('activity', { dimensions: { channel }, lineage }, { events: 1, persons: 1 })
  })
  await ledger.insert('activity', days)
}

const contentOf = async (name: string): Promise<string> =>
  readFile(join(folder, `${name}.csv`), 'utf8')

describe('the files', () => {
  it('are one per view, with the sizes that are reported', async () => {
    const exported = await exportViews(embedded(), folder)
    const views = 'credits transitions paths conversions live_minutes activity intake'.split(' ')
    expect(exported.map(({ view }) => view)).toEqual(views.map((view) => `bi_${view}`))
    expect((await readdir(folder)).toSorted()).toEqual(
      views.map((view) => `bi_${view}.csv`).toSorted(),
    )
    for (const { file, bytes } of exported) expect((await readFile(file)).length).toBe(bytes)
  })

  it('are sorted by UTF-8 bytes, quoted, with LF', async () => {
    const [header, ...lines] = (await contentOf('bi_transitions')).split('\n')
    expect(header).toBe(
      '"from_state","to_state","currency","observed","settled","delay_minutes","value"',
    )
    expect(lines).toEqual([
      '"","","",9,0,0,0',
      '"Z","","",3,0,0,0',
      '"a","","",2,0,0,0',
      '"a > b","","",11,0,0,0',
      '"a b","","",10,0,0,0',
      '"b","","",1,0,0,0',
      '"say ""hi"", you","","",7,0,0,0',
      '"two',
      'lines","","",8,0,0,0',
      '"ä","","",4,0,0,0',
      '"\uffee","","",6,0,0,0',
      '"😀","","",5,0,0,0',
      '',
    ])
  })

  it('show times as text, money as decimals and no ratio as an empty cell', async () => {
    expect((await contentOf('bi_live_minutes')).split('\n').slice(1)).toEqual([
      '"show","2026-01-01 09:59:00","","",1,0,0,0,0,0,0,0,0,0,0,0,0,,',
      '"show","2026-01-01 10:00:00","","",5,0,0,3,1,0,0,0,0,0,0,0,0,,0.333333',
      '"show","2026-01-01 10:00:00","","USD",0,0,0,0,0,0,0,2,0,25.01,0,0,0,12.51,',
      '',
    ])
  })

  it('have one header, however many rows', async () => {
    const lines = (await contentOf('bi_activity')).split('\n')
    expect(lines).toHaveLength(70_002)
    expect(lines[0]).toBe('"event_hour","channel","campaign","action_type","events","persons"')
    expect(lines[70_000]).toBe('"2026-01-01 00:00:00","c69999","","",1,1')
    expect(await contentOf('bi_intake')).toBe('"outcome","reason","records"\n')
  })

  it('cannot be written where no folder can be', async () => {
    const file = join(folder, 'bi_intake.csv')
    await expect(exportViews(embedded(), file)).rejects.toMatchObject({ code: 'TRIBUTARY_USAGE' })
  })

  it('stay as they were when a view fails', async () => {
    const other = await mkdtemp(join(tmpdir(), 'tributary-test-'))
    await writeFile(join(other, 'bi_credits.csv'), 'of an earlier run')
    await embedded().command('RENAME TABLE intake TO intake_away')
    await expect(exportViews(embedded(), other)).rejects.toMatchObject({
      code: 'TRIBUTARY_CLICKHOUSE_QUERY',
    })
    await embedded().command('RENAME TABLE intake_away TO intake')
    expect(await readdir(other)).toEqual(['bi_credits.csv'])
    expect(await readFile(join(other, 'bi_credits.csv'), 'utf8')).toBe('of an earlier run')
    await rm(other, { recursive: true })
  })
})

describeWithService('clickhouse', 'the files of a server', (url) => {
  it('have the same bytes', async () => {
    const database = testName('csv')
    const server = openServer({ url, database })
    await migrate(server)
    await fill(server)
    const other = await mkdtemp(join(tmpdir(), 'tributary-test-'))
    await exportViews(embedded(), folder)
    for (const { view, file } of await exportViews(server, other)) {
      expect((await readFile(file)).equals(await readFile(join(folder, `${view}.csv`)))).toBe(true)
    }
    await dropDatabase(server)
    await server.close()
    await rm(other, { recursive: true })
  })
})
