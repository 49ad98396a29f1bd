// A database is named in statements, so its name is held to what needs no quoting anywhere.
import { TributaryError } from '../../ports/errors.ts'

/**
 * Throws TRIBUTARY_CONFIG unless `name` is 1..64 letters, digits and underscores, no digit first.
 */
export function assertDatabaseName(name: string): void {
  if (/^[A-Za-z_][A-Za-z0-9_]{0,63}$/.test(name)) return
  throw new TributaryError('TRIBUTARY_CONFIG', `"${name}" is no name for a ClickHouse database.`, {
    hint: 'Use letters, digits and underscores, for example tributary.',
  })
}
