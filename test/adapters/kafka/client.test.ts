// Connections that a Kafka of one's own may ask for: TLS, with or without a client certificate, and
// every login, each right and wrong; an error says what is wrong and never what was given.
import { readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { KafkaLogin, KafkaOptions, KafkaTls } from '../../../src/adapters/kafka/client.ts'
import { kafkaTopics } from '../../../src/adapters/kafka/topics.ts'
import { makeCertificates } from '../../services/certificates.ts'
import type { Certificates } from '../../services/certificates.ts'
import { describeWithPrivate } from '../../services/describe-with-private.ts'
import { startPrivateKafka } from '../../services/private-kafka.ts'
import type { PrivateKafka } from '../../services/private-kafka.ts'
import { unsecuredToken } from '../../services/unsecured-token.ts'

const NAME = 'tributary-test'
const PASSWORD = 'right-secret'
const MECHANISMS = ['plain', 'scram-sha-256', 'scram-sha-512'] as const

describeWithPrivate(['kafka', 'openssl'], 'a connection to Kafka', () => {
  let certificates: Certificates
  let kafka: PrivateKafka
  let tls: KafkaTls
  beforeAll(async () => {
    certificates = makeCertificates()
    const user = { name: NAME, password: PASSWORD }
    kafka = await startPrivateKafka({ secure: { tls: certificates, user } })
    tls = { ca: readFileSync(certificates.authority, 'utf8') }
  }, 180_000)
  afterAll(() => kafka.remove())

  /** Resolves to the cluster's id, if the connection stands. */
  async function connect(options: Omit<KafkaOptions, 'clientId'>): Promise<string> {
    const topics = kafkaTopics({ clientId: 'test', ...options })
    try {
      return (await topics.cluster('events')).clusterId
    } finally {
      await topics.stop()
    }
  }
  const passwordLogin = (mechanism: (typeof MECHANISMS)[number], password = PASSWORD) =>
    ({ mechanism, username: NAME, password }) satisfies KafkaLogin

  const refusalOf = async (options: Omit<KafkaOptions, 'clientId'>): Promise<string> => {
    const error: unknown = await connect(options).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'TRIBUTARY_KAFKA_UNAVAILABLE', exitCode: 69 })
    const { message, hint } = error as { message: string; hint: string }
    const text = `${message}\n${hint}`
    expect(text).not.toContain(PASSWORD)
    return text
  }

  describe.each(['SASL_PLAINTEXT', 'SASL_SSL'] as const)('over %s', (listener) => {
    const secured = (sasl: KafkaLogin): Omit<KafkaOptions, 'clientId'> =>
      listener === 'SASL_SSL'
        ? { brokers: kafka.saslSsl, ssl: tls, sasl }
        : { brokers: kafka.saslPlaintext, sasl }

    it.each(MECHANISMS)(
      'stands with the password of %s, and not with another',
      async (mechanism) => {
        expect(await connect(secured(passwordLogin(mechanism)))).not.toBe('')
        const refusal = await refusalOf(secured(passwordLogin(mechanism, `${PASSWORD}-not`)))
        expect(refusal).toMatch(/^Kafka refused the login: /)
        expect(refusal).toContain('TRIBUTARY_KAFKA__SASL_MECHANISM')
      },
    )

    it('stands with a token, read anew at each login', async () => {
      const tokenFile = path.join(kafka.folder, `${listener}.token`)
      writeFileSync(tokenFile, `${unsecuredToken(NAME, 3_600)}\n`)
      const sasl = { mechanism: 'oauthbearer', tokenFile } as const
      const options = { clientId: 'test', ...secured(sasl) }
      const [first, second] = [kafkaTopics(options), kafkaTopics(options)]
      expect((await first.cluster('events')).clusterId).not.toBe('')
      writeFileSync(tokenFile, unsecuredToken(NAME, -60))
      await expect(second.cluster('events')).rejects.toMatchObject({
        message: expect.stringMatching(/^Kafka refused the login: /),
      })
      writeFileSync(tokenFile, unsecuredToken(NAME, 3_600))
      expect((await second.cluster('events')).clusterId).not.toBe('')
      await Promise.all([first.stop(), second.stop()])
    })

    it('does not stand without a login', async () => {
      const { sasl: _, ...open } = secured(passwordLogin('plain'))
      await refusalOf(open)
    })
  })

  it('checks the certificate of the broker', async () => {
    const brokers = kafka.ssl
    expect(await connect({ brokers, ssl: tls })).not.toBe('')
    const other = { ca: readFileSync(certificates.otherAuthority, 'utf8') }
    expect(await refusalOf({ brokers, ssl: other })).toMatch(/^no TLS connection to Kafka: /)
    expect(await refusalOf({ brokers, ssl: {} })).toMatch(/^no TLS connection to Kafka: /)
    const named = { ...tls, servername: 'kafka.example' }
    expect(await refusalOf({ brokers, ssl: named })).toMatch(/^no TLS connection to Kafka: /)
  })

  it('says so where one side wants TLS and the other does not', async () => {
    expect(await refusalOf({ brokers: kafka.ssl })).toContain('whether they want TLS')
    expect(await refusalOf({ brokers: kafka.brokers, ssl: tls })).toContain('TLS')
  })

  it('shows its own certificate', async () => {
    const { certificate, key } = certificates.client
    const own = { cert: readFileSync(certificate, 'utf8'), key: readFileSync(key, 'utf8') }
    expect(await connect({ brokers: kafka.ssl, ssl: { ...tls, ...own } })).not.toBe('')
  })
})
