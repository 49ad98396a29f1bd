import { describe } from 'vitest'
import { settingsFor } from '../logs/settings-for.ts'
import { itBooksWhatTheOracleBooks } from './oracle-rows.ts'

describe('the core, with settings of all kinds,', () => {
  // Every third seed of settingsFor gives the defaults.
  const settingsOf = (seed: number) => settingsFor(Math.floor(seed / 2) * 3 + (seed % 2) + 1)
  itBooksWhatTheOracleBooks({ logs: 600, settingsOf })
})
