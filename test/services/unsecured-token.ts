// Tokens as Kafka's OAUTHBEARER takes them for tests: unsecured JWS compact serialization
// (RFC 7515, `alg` none), which nobody has signed.

const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url')

/** A token for `subject`, valid for so many seconds from now; negative: expired. */
export function unsecuredToken(subject: string, validSeconds: number): string {
  const now = Math.floor(Date.now() / 1_000)
  const claims = { sub: subject, iat: now - 3_600, exp: now + validSeconds }
  return `${part({ alg: 'none' })}.${part(claims)}.`
}
