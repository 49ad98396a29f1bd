// How the program reaches Redis: the group `redis`, with the rules between its keys. User, password
// and TLS are part of the address.
import * as z from 'zod'
import { key, optionalKey, text, url, whenFine } from './fields.ts'

const file = text(/^[^\0]+$/, 'the path of a file')
const fileKey = (description: string) => optionalKey(file, { kind: 'file', description })

const keys = z.strictObject({
  url: key(
    url(/^rediss?$/, 'an address like redis://user:password@host:6379/0'),
    'redis://127.0.0.1:6379',
    {
      kind: 'URL',
      secret: 'url',
      description:
        'Redis that keeps the state, or any node of a Redis Cluster; rediss:// speaks TLS.',
    },
  ),
  tls_ca_file: fileKey(
    "Authorities that the server's certificate is checked with (PEM); empty: the public ones.",
  ),
  tls_cert_file: fileKey('Certificate of this client (PEM), where the server wants one.'),
  tls_key_file: fileKey('Private key of tls_cert_file (PEM).'),
})

const TLS_KEYS = ['tls_ca_file', 'tls_cert_file', 'tls_key_file'] as const

const withTls = TLS_KEYS.reduce(
  (group, name) =>
    group.refine((values) => values[name] === '' || values.url.startsWith('rediss:'), {
      path: [name],
      error: 'means nothing without an address that begins with rediss://',
      when: whenFine(name, 'url'),
    }),
  keys,
)

export const redis = withTls
  .refine((values) => values.tls_cert_file === '' || values.tls_key_file !== '', {
    path: ['tls_key_file'],
    error: 'is missing: redis.tls_cert_file is of no use without it',
    when: whenFine('tls_key_file', 'tls_cert_file'),
  })
  .refine((values) => values.tls_key_file === '' || values.tls_cert_file !== '', {
    path: ['tls_cert_file'],
    error: 'is missing: redis.tls_key_file is of no use without it',
    when: whenFine('tls_cert_file', 'tls_key_file'),
  })
