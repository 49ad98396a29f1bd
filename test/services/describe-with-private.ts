// Tests that start servers of their own need the programs on this machine: they are there, or `npm
// test` may install them, or the tests are skipped with the reason (under CI they fail).
import { existsSync } from 'node:fs'
import { createRequire } from 'node:module'
import { afterAll, describe, it } from 'vitest'
import { canInstall, which } from '../../deploy/local/requirements.mjs'
import { removeServers } from './private-server.ts'

// Registered for every test file that imports this one.
afterAll(removeServers)

const NEEDS = {
  redis: () => which('redis-server') !== '' || canInstall(),
  openssl: () => which('openssl') !== '' || canInstall(),
  kafka: () => (which('java') !== '' && which('mvn') !== '') || canInstall(),
  clickhouse: () => {
    try {
      return existsSync(createRequire(import.meta.url).resolve('chdb'))
    } catch {
      return false
    }
  },
} as const

/** `describe` for tests that start the named servers; one skipped test where they cannot be had. */
export function describeWithPrivate(
  names: readonly (keyof typeof NEEDS)[],
  title: string,
  suite: () => void,
): void {
  const missing = names.filter((name) => !NEEDS[name]())
  describe(title, () => {
    if (missing.length === 0) return suite()
    const reason = `no program on this machine for: ${missing.join(', ')}`
    return it.skipIf(!process.env['CI'])(reason, () => {
      throw new Error(reason)
    })
  })
}
