// The ledger in the embedded engine keeps the contract of the port.
import { describe } from 'vitest'
import { createClickHouseLedger } from '../../../src/adapters/clickhouse/ledger-sink.ts'
import { ledgerSinkContract } from '../../contract/ledger-sink.contract.ts'
import { useEmbeddedEngine } from './embedded-engine.ts'

describe('the ledger in the embedded engine', () => {
  const db = useEmbeddedEngine()
  ledgerSinkContract(() => createClickHouseLedger(db()))
})
