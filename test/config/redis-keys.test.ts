// What belongs together in an address of Redis and its certificates.
import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import { ConfigError } from '../../src/config/mistakes.ts'

const TLS_URL = 'rediss://u:p@host:6380/2'
const PREFIX = 'TRIBUTARY_REDIS__'

function mistakes(given: Readonly<Record<string, string>>): string[] {
  const env = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [PREFIX + name, value]),
  )
  try {
    loadConfig({ env })
    return []
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return error.mistakes.map(({ where, what }) => `${where}: ${what}`)
  }
}

const cases: [Record<string, string>, string[]][] = [
  [{ URL: TLS_URL }, []],
  [{ URL: TLS_URL, TLS_CA_FILE: 'ca', TLS_CERT_FILE: 'cert', TLS_KEY_FILE: 'key' }, []],
  [{ TLS_CA_FILE: 'ca' }, ['TLS_CA_FILE: means nothing without an address']],
  [{ URL: TLS_URL, TLS_CERT_FILE: 'cert' }, ['TLS_KEY_FILE: is missing']],
  [{ URL: TLS_URL, TLS_KEY_FILE: 'key' }, ['TLS_CERT_FILE: is missing']],
]
it.each(cases)('checks %j', (given, expected) => {
  const wanted = expected.map((text): unknown => expect.stringContaining(PREFIX + text))
  expect(mistakes(given)).toEqual(wanted)
})

it('gives certificates and address as the connection takes them', () => {
  const env = { [`${PREFIX}URL`]: TLS_URL, [`${PREFIX}TLS_CA_FILE`]: 'ca' }
  expect(loadConfig({ env }).redis).toEqual({
    url: TLS_URL,
    tlsCaFile: 'ca',
    tlsCertFile: '',
    tlsKeyFile: '',
  })
})
