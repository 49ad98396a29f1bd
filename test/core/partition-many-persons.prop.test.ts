import { describe } from 'vitest'
import { settingsFor } from '../logs/settings-for.ts'
import { itBooksWhatTheOracleBooks } from './oracle-rows.ts'

describe('the core, with as many persons as are settled before one record,', () => {
  itBooksWhatTheOracleBooks({
    logs: 60,
    settingsOf: settingsFor,
    optionsOf: () => ({ persons: 16, records: { min: 60, max: 120 } }),
  })
})
