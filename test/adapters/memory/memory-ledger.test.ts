// The ledger in memory keeps the contract of the port.
import { describe, expect, it } from 'vitest'
import { createMemoryLedger } from '../../../src/adapters/memory/memory-ledger.ts'
import { rowOf } from '../../contract/ledger-rows.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'

describe('the ledger in memory', () => {
  const ledger = createMemoryLedger()
  ledgerSinkContract(() => ledger)

  it('shows the winning rows of every state', async () => {
    const one = createMemoryLedger()
    const old = rowOf('intake', { lineage: '1' }, { records: 1 }, 1)
    const newer = rowOf('intake', { lineage: '1' }, { records: 2 }, 2)
    const other = rowOf('intake', { lineage: '2', partition: 3 }, { records: 5 })
    await one.insert('intake', [newer, old, other])
    expect(one.rows('intake')).toEqual([newer, other])
    expect(one.rows('paths')).toEqual([])
  })
})
