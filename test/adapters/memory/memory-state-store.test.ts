import { describe } from 'vitest'
import { MemoryStateStore } from '../../../src/adapters/memory/memory-state-store.ts'
import { stateStoreContract } from '../../contract/state-store.contract.ts'

describe('MemoryStateStore', () => {
  stateStoreContract(() => new MemoryStateStore())
})
