import { describe } from 'vitest'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { itBooksWhatTheOracleBooks } from './oracle-rows.ts'

describe('the core, with default settings,', () => {
  itBooksWhatTheOracleBooks({ logs: 300, settingsOf: () => DEFAULT_SETTINGS })
})
