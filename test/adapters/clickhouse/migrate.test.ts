// Migrations may be repeated, interrupted and run by two at once; an applied file never changes.
import { describe, expect, it } from 'vitest'
import { migrate, migrationState } from '../../../src/adapters/clickhouse/migrate.ts'
import { readMigrations } from '../../../src/adapters/clickhouse/migration-files.ts'
import { openEmbedded } from '../../../src/adapters/clickhouse/embedded.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

describe('migrating', () => {
  const db = useEmbeddedEngine()
  const another = (database: string) => openEmbedded({ folder: db().place, database })

  it('applies every file once, tells so, and does nothing the second time', async () => {
    const fresh = await another('test_steps')
    const files = await readMigrations()
    const steps: string[] = []
    expect(await migrate(fresh, { onStep: (line) => steps.push(line) })).toHaveLength(files.length)
    expect(steps[0]).toBe('applied 0001_schema_migrations')
    expect(steps).toHaveLength(files.length + 1)
    expect(await migrate(fresh, { onStep: (line) => steps.push(line) })).toEqual([])
    expect(steps.at(-1)).toBe(`database test_steps: 0 of ${files.length} migrations were new`)
    const noted = await fresh.rows(
      'SELECT number, name, checksum FROM schema_migrations FINAL ORDER BY number',
    )
    expect(noted).toEqual(files.map(({ number, name, checksum }) => [number, name, checksum]))
    await fresh.close()
  })

  it('does no harm when two do it at once', async () => {
    const both = await Promise.all([another('test_two'), another('test_two')])
    await Promise.all(both.map((one) => migrate(one)))
    const [one] = both
    const files = await readMigrations()
    expect(await one.rows('SELECT count() FROM schema_migrations FINAL')).toEqual([
      [String(files.length)],
    ])
    await Promise.all(both.map((each) => each.close()))
  })

  it('goes on where an interrupted run stopped', async () => {
    const fresh = await another('test_stopped')
    const files = await readMigrations()
    await migrate(fresh, { migrations: files.slice(0, 5) })
    await fresh.command('DROP TABLE paths')
    await fresh.command(
      'ALTER TABLE schema_migrations DELETE WHERE number = 5 SETTINGS mutations_sync = 2',
    )
    expect(await migrate(fresh)).toHaveLength(files.length - 4)
    expect(await fresh.rows('SELECT * FROM bi_paths')).toEqual([])
    await fresh.close()
  })

  it('refuses a file that changed after it was applied, and applies nothing', async () => {
    const fresh = await another('test_changed')
    const files = await readMigrations()
    await migrate(fresh, { migrations: files.slice(0, 3) })
    const changed = files.map((file) =>
      file.number === 2 ? { ...file, checksum: file.checksum.replace(/^./, 'x') } : file,
    )
    await expect(migrate(fresh, { migrations: changed })).rejects.toMatchObject({
      code: 'TRIBUTARY_CONFIG',
      message: expect.stringContaining('0002_lineages') as string,
    })
    expect(await fresh.rows('SELECT max(number) FROM schema_migrations')).toEqual([[3]])
    await fresh.close()
  })

  it('refuses a database that is newer than the files, and changes nothing', async () => {
    const newer = await another('test_newer')
    const files = await readMigrations()
    await migrate(newer)
    await expect(migrate(newer, { migrations: files.slice(0, -1) })).rejects.toMatchObject({
      code: 'TRIBUTARY_CONFIG',
      exitCode: 78,
      message: expect.stringContaining(files.at(-1)?.name ?? '') as string,
    })
    await newer.close()
  })

  it('can be looked at before: what was applied, what is missing, what differs', async () => {
    const half = await another('test_half')
    const files = await readMigrations()
    const labels = files.map(({ number, name }) => `${String(number).padStart(4, '0')}_${name}`)
    await migrate(half, { migrations: files.slice(0, 3) })
    expect(await migrationState(half)).toEqual({
      hasDatabase: true,
      applied: labels.slice(0, 3),
      pending: labels.slice(3),
      changed: [],
      unknown: [],
    })
    const changed = files.slice(0, 2).map((file) => ({ ...file, checksum: 'x' }))
    expect(await migrationState(half, changed)).toMatchObject({
      changed: labels.slice(0, 2),
      unknown: labels.slice(2, 3),
    })
    await half.close()
  })
})
