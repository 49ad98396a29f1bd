// The ledger in the embedded engine keeps the contract of the port.
import { describe, expect, it } from 'vitest'
import {
  createClickHouseLedger,
  hasActiveLineages,
} from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { expectNoDeduplication } from './deduplication.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

describe('the ledger in the embedded engine', () => {
  const db = useEmbeddedEngine()

  it('knows whether any state sums into the views', async () => {
    const ledger = createClickHouseLedger(db())
    const row = { topic: 'events', partition: 0, lineage: '1', baseOffset: 0, reason: '' }
    for (const [status, active] of [
      ['building', false],
      ['active', true],
      ['retired', false],
    ] as const) {
      await ledger.writeLineages([{ ...row, status }])
      expect(await hasActiveLineages(db())).toBe(active)
    }
  })

  it('takes the same rows twice, where ClickHouse would drop a block it has seen', () =>
    expectNoDeduplication(db()))

  ledgerSinkContract(() => createClickHouseLedger(db()))
})
