// The login by a token (SASL OAUTHBEARER, RFC 7628), since kafkajs' own takes a refused token for
// an accepted one: the broker answers it with a challenge, and says no only to the answer to that.
// Left unanswered, it closes the connection at the next request, which looks like a broker that is
// down.
import { readFile } from 'node:fs/promises'
import type { AuthenticationProviderArgs, Mechanism } from 'kafkajs'
import { TributaryError } from '../../ports/errors.ts'

const SEPARATOR = '\u0001'
/** kafkajs frames what is sent and what comes back by its length. */
const LENGTH_BYTES = 4

type Authenticate = AuthenticationProviderArgs['saslAuthenticate']

/** @param tokenFile read anew at each login; its content appears in no error */
export const oauthBearer = (tokenFile: string): Mechanism => ({
  mechanism: 'oauthbearer',
  authenticationProvider: ({ saslAuthenticate }) => ({
    authenticate: async () => {
      const token = await readToken(tokenFile)
      const auth = `auth=Bearer ${token}${SEPARATOR}${SEPARATOR}`
      try {
        const challenge = await exchange(saslAuthenticate, `n,,${SEPARATOR}${auth}`)
        if (challenge === '') return
        await exchange(saslAuthenticate, SEPARATOR)
        throw new Error(challenge)
      } catch (error) {
        throw refused(error instanceof Error ? error.message : String(error))
      }
    },
  }),
})

/** What the broker answers; '': the token is accepted. */
async function exchange(saslAuthenticate: Authenticate, message: string): Promise<string> {
  const answer = await saslAuthenticate<string>({
    request: { encode: () => framed(Buffer.from(message)) },
    response: {
      decode: (bytes) => bytes.subarray(LENGTH_BYTES),
      parse: (bytes) => bytes.toString('utf8'),
    },
  })
  return answer ?? ''
}

function framed(bytes: Buffer): Buffer {
  const length = Buffer.alloc(LENGTH_BYTES)
  length.writeInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

async function readToken(file: string): Promise<string> {
  try {
    return (await readFile(file, 'utf8')).trim()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    throw refused(`the token in ${file} cannot be read (${code ?? String(error)})`)
  }
}

/** Not to be tried again: kafkajs reads `retriable`. */
const refused = (why: string): TributaryError =>
  Object.assign(
    new TributaryError('TRIBUTARY_KAFKA_UNAVAILABLE', `Kafka refused the login: ${why}`, {
      hint: 'check the token in the file of TRIBUTARY_KAFKA__OAUTH_TOKEN_FILE: is it still valid?',
    }),
    { retriable: false },
  )
