// An embedded engine for a test file: a folder of its own, migrated, removed at the end. A process
// can have one folder open at a time, so a file opens one.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import type { ClickHouse } from '../../../src/adapters/clickhouse/connection.ts'
import { openEmbedded } from '../../../src/adapters/clickhouse/embedded.ts'
import { migrate } from '../../../src/adapters/clickhouse/migrate.ts'

/** Opened before the tests of the file; the function gives it. */
export function useEmbeddedEngine(): () => ClickHouse {
  let folder: string
  let db: ClickHouse
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
    db = await openEmbedded({ folder, database: 'test_ledger' })
    await migrate(db)
  })
  afterAll(async () => {
    await db.close()
    await removeEngineFolder(folder)
  })
  return () => db
}

/** The engine may still write, for a moment after it was closed. */
export const removeEngineFolder = (folder: string): Promise<void> =>
  rm(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
