// How the program reaches a Kafka that is not open to everybody: TLS and a login, as keys of the
// group `kafka` and the rules between them.
import * as z from 'zod'
import { flag, key, optionalKey, text, whenFine } from './fields.ts'

const file = text(/^[^\0]+$/, 'the path of a file')
const filled = z.string({ error: 'expected text' })
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512', 'oauthbearer'] as const

const fileKey = (description: string) => optionalKey(file, { kind: 'file', description })

/** Kafka itself writes SCRAM-SHA-512. */
const mechanism = z.preprocess(
  (raw) => (typeof raw === 'string' ? raw.toLowerCase() : raw),
  z.enum([...MECHANISMS, ''], { error: `expected ${MECHANISMS.join(' or ')}` }),
)

export const kafkaSecurityKeys = {
  tls: key(flag(), false, { kind: 'true or false', description: 'Connect to Kafka over TLS.' }),
  tls_ca_file: fileKey(
    "Authorities that the brokers' certificates are checked with (PEM); empty: the public ones.",
  ),
  tls_cert_file: fileKey('Certificate of this client (PEM), where the brokers want one.'),
  tls_key_file: fileKey('Private key of tls_cert_file (PEM).'),
  sasl_mechanism: key(mechanism, '', {
    kind: 'plain, scram-sha-256, scram-sha-512 or oauthbearer',
    description: 'How to log in to Kafka; empty: no login.',
  }),
  username: optionalKey(filled, { kind: 'text', description: 'Kafka user (plain, scram).' }),
  password: optionalKey(filled, {
    kind: 'text',
    secret: true,
    description: 'Password of the Kafka user (plain, scram).',
  }),
  oauth_token_file: fileKey('File with the token (oauthbearer), read anew at each login.'),
}

type Security = z.output<z.ZodObject<typeof kafkaSecurityKeys>>
type SecurityKey = keyof Security

interface Rule {
  /** The key that is wrong, and those that the rule looks at beside it. */
  readonly key: SecurityKey
  readonly beside: readonly SecurityKey[]
  readonly error: string
  readonly isBroken: (values: Security) => boolean
}

const hasPassword = ({ sasl_mechanism: how }: Security): boolean =>
  how === 'plain' || how.startsWith('scram')

const needsTls = (name: 'tls_ca_file' | 'tls_cert_file' | 'tls_key_file'): Rule => ({
  key: name,
  beside: ['tls'],
  error: 'means nothing without kafka.tls: true',
  isBroken: (values) => values[name] !== '' && !values.tls,
})
const needsPassword = (name: 'username' | 'password'): Rule => ({
  key: name,
  beside: ['sasl_mechanism'],
  error: `is missing: the kafka.sasl_mechanism that is set wants a ${name}`,
  isBroken: (values) => values[name] === '' && hasPassword(values),
})
const isUnused = (name: 'username' | 'password'): Rule => ({
  key: name,
  beside: ['sasl_mechanism'],
  error: 'means nothing without kafka.sasl_mechanism: plain, scram-sha-256 or scram-sha-512',
  isBroken: (values) => values[name] !== '' && !hasPassword(values),
})

const RULES: readonly Rule[] = [
  needsTls('tls_ca_file'),
  needsTls('tls_cert_file'),
  needsTls('tls_key_file'),
  {
    key: 'tls_key_file',
    beside: ['tls_cert_file'],
    error: 'is missing: kafka.tls_cert_file is of no use without it',
    isBroken: (values) => values.tls_cert_file !== '' && values.tls_key_file === '',
  },
  {
    key: 'tls_cert_file',
    beside: ['tls_key_file'],
    error: 'is missing: kafka.tls_key_file is of no use without it',
    isBroken: (values) => values.tls_key_file !== '' && values.tls_cert_file === '',
  },
  needsPassword('username'),
  needsPassword('password'),
  isUnused('username'),
  isUnused('password'),
  {
    key: 'oauth_token_file',
    beside: ['sasl_mechanism'],
    error: 'is missing: kafka.sasl_mechanism: oauthbearer wants a token',
    isBroken: ({ sasl_mechanism: how, oauth_token_file: token }) =>
      how === 'oauthbearer' && token === '',
  },
  {
    key: 'oauth_token_file',
    beside: ['sasl_mechanism'],
    error: 'means nothing without kafka.sasl_mechanism: oauthbearer',
    isBroken: ({ sasl_mechanism: how, oauth_token_file: token }) =>
      how !== 'oauthbearer' && token !== '',
  },
]

/** The group with the rules, each of which is checked whenever its own keys are in order. */
export function withSecurityRules<S extends z.ZodType<Security>>(group: S): S {
  return RULES.reduce(
    (schema, { key: name, beside, error, isBroken }) =>
      schema.refine((values) => !isBroken(values), {
        path: [name],
        error,
        when: whenFine(name, ...beside),
      }),
    group,
  )
}
