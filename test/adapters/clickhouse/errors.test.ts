// Vendor errors, as recorded from the HTTP client and the embedded engine, and what they become.
import { describe, expect, it } from 'vitest'
import {
  engineMissing,
  folderUnavailable,
  toTributaryError,
} from '../../../src/adapters/clickhouse/errors.ts'
import { TributaryError } from '../../../src/ports/errors.ts'

const error = (message: string, fields: object = {}): Error =>
  Object.assign(new Error(message), fields)

const SAMPLES: [string, Error, string, string][] = [
  [
    'a mistake in the SQL, from the engine',
    error(
      'Code: 62. DB::Exception: Syntax error: failed at position 7 (1): 1. Expected one of: token sequence, Dot, token, OR, AND. (SYNTAX_ERROR)',
      { code: 'CHDB_SYNTAX', clickhouseCode: 62 },
    ),
    'TRIBUTARY_USAGE',
    'ClickHouse refused the statement: Syntax error: failed at position 7 (1): 1. (code 62)',
  ],
  [
    'an unknown table, from the HTTP client',
    error("Unknown table expression identifier 'nope' in scope SELECT * FROM nope. ", {
      code: '60',
      type: 'UNKNOWN_TABLE',
    }),
    'TRIBUTARY_CLICKHOUSE_QUERY',
    "ClickHouse refused the statement: Unknown table expression identifier 'nope' in scope SELECT * FROM nope. (code 60)",
  ],
  [
    'an exception in the middle of a stream of the engine',
    error(
      "Code: 395. DB::Exception: Value passed to 'throwIf' function is non-zero: while executing 'FUNCTION throwIf()'. (FUNCTION_THROW_IF_VALUE_IS_NON_ZERO)",
      { code: 'CHDB_STREAM' },
    ),
    'TRIBUTARY_CLICKHOUSE_QUERY',
    "ClickHouse refused the statement: Value passed to 'throwIf' function is non-zero: while executing 'FUNCTION throwIf()'. (code 395)",
  ],
  [
    'a missing database',
    error('Database nope does not exist. ', { code: '81', type: 'UNKNOWN_DATABASE' }),
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'ClickHouse at here cannot serve: Database nope does not exist.',
  ],
  [
    'a wrong password',
    error('anna: Authentication failed: password is incorrect. ', {
      code: '516',
      type: 'AUTHENTICATION_FAILED',
    }),
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'ClickHouse at here cannot serve: anna: Authentication failed: password is incorrect.',
  ],
  [
    'a refused connection',
    error('connect ECONNREFUSED 127.0.0.1:1', { code: 'ECONNREFUSED' }),
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'ClickHouse at here does not answer: connect ECONNREFUSED 127.0.0.1:1',
  ],
  [
    'a refused connection on two addresses, which has no message',
    error('', { code: 'ECONNREFUSED' }),
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'ClickHouse at here does not answer: ECONNREFUSED',
  ],
  [
    'a time-out of the HTTP client',
    error('Timeout error.'),
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'ClickHouse at here does not answer: Timeout error.',
  ],
]

describe('an error of ClickHouse', () => {
  it.each(SAMPLES)('that is %s gets a code and one sentence', (_, vendor, code, message) => {
    const translated = toTributaryError(vendor, 'here')
    expect(translated).toMatchObject({ code, message, cause: vendor })
  })

  it('is not translated twice', () => {
    const known = new TributaryError('TRIBUTARY_HALTED', 'halted')
    expect(toTributaryError(known, 'here')).toBe(known)
  })
})

describe('the embedded engine', () => {
  it('reports a folder that it cannot lock', () => {
    const vendor = error("Failed to create connection for path '/data'", {
      code: 'CHDB_CONNECTION',
    })
    expect(folderUnavailable(vendor, '/data').message).toContain('another process uses this folder')
  })

  it('reports a machine that it does not run on', () => {
    const vendor = error('no native package', { code: 'CHDB_PLATFORM' })
    expect(folderUnavailable(vendor, '/data').message).toBe(engineMissing(vendor).message)
    expect(engineMissing(vendor).hint).toContain('npm install chdb')
  })
})
