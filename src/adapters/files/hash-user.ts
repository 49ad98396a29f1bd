// `--hash-users`: plain identifiers become what a producer should have sent (schemas/keying): the
// SHA-256 of the e-mail trimmed and in lower case, of the phone number without its separators. Ids
// and hashes stay as they are, so it never hashes twice.
import { createHash } from 'node:crypto'
import { decodeUtf8 } from '../../schema/decode-utf8.ts'
import { isPlainIdentifier } from '../../schema/identifiers.ts'

const normalised = (plain: string): string => {
  const text = plain.trim().toLowerCase()
  return text.includes('@') ? text : text.replaceAll(/[^+\d]/g, '')
}

export const hashPlainIdentifier = (user: string): string =>
  isPlainIdentifier(user) ? createHash('sha256').update(normalised(user)).digest('hex') : user

/** The line itself unless its `user_hash` is a plain identifier: then the object with the hash. */
export const hashUserOfLine = (line: Uint8Array): Uint8Array | object => {
  const text = decodeUtf8(line)
  if (text === null) return line
  try {
    const wire: unknown = JSON.parse(text)
    if (typeof wire !== 'object' || wire === null || Array.isArray(wire)) return line
    const user: unknown = Reflect.get(wire, 'user_hash')
    if (typeof user !== 'string' || !isPlainIdentifier(user)) return line
    return Object.assign(wire, { user_hash: hashPlainIdentifier(user) })
  } catch {
    return line
  }
}
