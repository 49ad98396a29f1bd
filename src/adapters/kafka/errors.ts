// Kafka's errors as ours. kafkajs wraps an error once per layer of retries; what tells them apart
// is the name, type or code of one of the causes. No message holds a key or a value.
import { TributaryError } from '../../ports/errors.ts'
import type { ErrorCode } from '../../ports/errors.ts'

interface Translation {
  readonly matches: (cause: Cause) => boolean
  readonly code?: ErrorCode
  readonly message: (text: string) => string
  readonly hint: string
}

interface Cause {
  readonly name: string
  /** Of the protocol: `UNKNOWN_TOPIC_OR_PARTITION`; '' else. */
  readonly type: string
  /** Of the socket: `ECONNREFUSED`; '' else. */
  readonly code: string
}

const TLS_CODE =
  /^(ERR_TLS|ERR_SSL|ERR_OSSL|EPROTO|CERT_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|HOSTNAME)/

const TRANSLATIONS: readonly Translation[] = [
  {
    matches: ({ name, type }) =>
      name === 'KafkaJSSASLAuthenticationError' ||
      type === 'SASL_AUTHENTICATION_FAILED' ||
      type === 'UNSUPPORTED_SASL_MECHANISM',
    message: (text) => `Kafka refused the login: ${text}`,
    hint: 'check TRIBUTARY_KAFKA__SASL_MECHANISM, …__USERNAME and …__PASSWORD, or the token file',
  },
  {
    matches: ({ code }) => TLS_CODE.test(code),
    message: (text) => `no TLS connection to Kafka: ${text}`,
    hint: 'check TRIBUTARY_KAFKA__TLS_CA_FILE, the name in the certificate, and the port',
  },
  {
    matches: ({ type }) => type === 'UNKNOWN_TOPIC_OR_PARTITION',
    message: () => 'Kafka has no such topic or partition',
    hint: '`tributary migrate` creates the topics; check TRIBUTARY_KAFKA__TOPIC and …__DLQ',
  },
  {
    matches: ({ type }) => type === 'LEADER_NOT_AVAILABLE',
    message: () => 'a partition in Kafka has no leader',
    hint: 'a broker is down or starting; kafka-topics.sh --describe --unavailable-partitions names them',
  },
  {
    matches: ({ type }) => type.endsWith('AUTHORIZATION_FAILED'),
    message: (text) => `Kafka does not allow this user that: ${text}`,
    hint: 'an administrator of the Kafka cluster can grant it',
  },
  {
    matches: ({ type }) => type === 'INVALID_TIMESTAMP',
    code: 'TRIBUTARY_BAD_DATA',
    message: () => 'Kafka refused a record for its time',
    hint: 'raise message.timestamp.before.max.ms (old times) or …after.max.ms of the topic',
  },
  {
    matches: ({ type }) => type === 'MESSAGE_TOO_LARGE' || type === 'RECORD_LIST_TOO_LARGE',
    code: 'TRIBUTARY_BAD_DATA',
    message: () => 'Kafka refused records that are larger than the topic allows',
    hint: 'raise max.message.bytes of the topic',
  },
]

const OTHER: Omit<Translation, 'matches'> = {
  message: (text) => `Kafka did not answer as expected: ${text}`,
  hint:
    'check that the brokers of TRIBUTARY_KAFKA__BROKERS are up, that the topic exists, and ' +
    'whether they want TLS or a login',
}

export function kafkaError(cause: unknown): TributaryError {
  const ours = chainOf(cause).find((one) => one instanceof TributaryError)
  if (ours !== undefined) return ours
  const causes = causesOf(cause)
  const known = TRANSLATIONS.find(({ matches }) => causes.some(matches))
  const { code = 'TRIBUTARY_KAFKA_UNAVAILABLE', message, hint } = known ?? OTHER
  const text = cause instanceof Error ? cause.message : String(cause)
  return new TributaryError(code, message(text), { cause, hint })
}

/** The name by which Kafka's protocol calls the error or one of its causes; '' for others. */
export const protocolTypeOf = (error: unknown): string =>
  causesOf(error).find(({ type }) => type !== '')?.type ?? ''

/** The error itself and all that it was made from. */
function chainOf(error: unknown): Error[] {
  const chain: Error[] = []
  let at = error
  while (at instanceof Error && chain.length < 10) {
    chain.push(at)
    // What creating topics throws holds one error per topic.
    at = at.cause ?? (at as { errors?: readonly unknown[] }).errors?.[0]
  }
  return chain
}

const causesOf = (error: unknown): Cause[] =>
  chainOf(error).map((one) => {
    const { type, code } = one as { type?: unknown; code?: unknown }
    return { name: one.name, type: textOf(type), code: textOf(code) }
  })

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '')
