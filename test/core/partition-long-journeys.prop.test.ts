import { describe } from 'vitest'
import { settingsFor } from '../logs/settings-for.ts'
import { itBooksWhatTheOracleBooks } from './oracle-rows.ts'

describe('the core, with few persons and long journeys,', () => {
  itBooksWhatTheOracleBooks({
    logs: 40,
    settingsOf: settingsFor,
    optionsOf: (seed) => ({ persons: 1 + (seed % 2), records: { min: 40, max: 120 } }),
  })
})
