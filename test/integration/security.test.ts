// Everything of Kafka that a worker does, over TLS and with a login, set up as an operator does it:
// by variables and files. What is given wrongly is told, and what is secret is not.
import { writeFileSync } from 'node:fs'
import path from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { kafkaDeadLetters } from '../../src/adapters/kafka/dead-letters.ts'
import { KafkaSource } from '../../src/adapters/kafka/kafka-source.ts'
import { kafkaTicks } from '../../src/adapters/kafka/ticks.ts'
import { kafkaTopics } from '../../src/adapters/kafka/topics.ts'
import { deadLetterTopic, eventsTopic } from '../../src/adapters/kafka/topics-wanted.ts'
import { kafkaOptions } from '../../src/cli/kafka-options.ts'
import { loadConfig } from '../../src/config/load.ts'
import { runHere } from '../cli/run-here.ts'
import { makeCertificates } from '../services/certificates.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { startPrivateKafka } from '../services/private-kafka.ts'
import type { PrivateKafka } from '../services/private-kafka.ts'
import { unsecuredToken } from '../services/unsecured-token.ts'

const PASSWORD = 'right-secret'

describeWithPrivate(['kafka', 'openssl'], 'a worker and its Kafka, over TLS and SASL', () => {
  let kafka: PrivateKafka
  let env: Record<string, string>
  const inFolder = (name: string) => path.join(kafka.folder, name)

  beforeAll(async () => {
    const certificates = makeCertificates()
    const user = { name: 'tributary-test', password: PASSWORD }
    kafka = await startPrivateKafka({ secure: { tls: certificates, user } })
    writeFileSync(inFolder('password'), `${PASSWORD}\n`)
    env = {
      TRIBUTARY_KAFKA__BROKERS: kafka.saslSsl,
      TRIBUTARY_KAFKA__TLS: 'true',
      TRIBUTARY_KAFKA__TLS_CA_FILE: certificates.authority,
      TRIBUTARY_KAFKA__SASL_MECHANISM: 'SCRAM-SHA-512',
      TRIBUTARY_KAFKA__USERNAME: user.name,
      TRIBUTARY_KAFKA__PASSWORD_FILE: inFolder('password'),
    }
  }, 180_000)
  afterAll(() => kafka.remove())

  it.each(['scram-sha-512', 'oauthbearer'])(
    'all that it does goes through: %s',
    async (mechanism) => {
      writeFileSync(inFolder('token'), unsecuredToken('tributary-test', 3_600))
      const { TRIBUTARY_KAFKA__USERNAME: _, TRIBUTARY_KAFKA__PASSWORD_FILE: __, ...open } = env
      const token = { TRIBUTARY_KAFKA__OAUTH_TOKEN_FILE: inFolder('token') }
      const login = mechanism === 'oauthbearer' ? { ...open, ...token } : env
      const given = { ...login, TRIBUTARY_KAFKA__SASL_MECHANISM: mechanism }
      const options = kafkaOptions(loadConfig({ env: given }))
      const topic = `test_${mechanism}`
      const topics = kafkaTopics(options)
      await topics.create(eventsTopic(topic, { partitions: 1 }))
      await topics.create(deadLetterTopic(`${topic}.dlq`, { partitions: 1 }))
      await topics.stop()

      const produced = await runHere(['generate', '--events', '40', '--topic', topic], given)
      expect(produced).toMatchObject({ exitCode: 0 })
      const ticks = kafkaTicks(options, topic)
      await ticks.start()
      await ticks.append(0)
      await ticks.stop()
      const batchInflatedBytesMax = 1_000_000
      const source = new KafkaSource({ ...options, topic, group: topic, batchInflatedBytesMax })
      const assigned = vi.fn()
      await source.start({ assigned, lost: () => undefined, dead: () => undefined })
      await vi.waitFor(() => expect(assigned).toHaveBeenCalledWith([0]), { timeout: 60_000 })
      const { span } = await source.read(0, 0)
      expect(span.to).toBe(41)
      const record = span.records[0]!
      await source.note(0, 41)
      expect(await source.noted(0)).toBe(41)
      await source.stop()

      const deadLetters = kafkaDeadLetters(options, `${topic}.dlq`)
      await deadLetters.start()
      const letter = { topic, partition: 0, record, outcome: 'late', reason: '' } as const
      await deadLetters.send([letter])
      await deadLetters.stop()
    },
  )

  it.each([
    ['a wrong password', { PASSWORD_FILE: 'wrong' }, 69, 'Kafka refused the login'],
    ['another authority', { TLS_CA_FILE: 'no.pem' }, 78, 'kafka.tls_ca_file: cannot read'],
    ['no TLS where it is wanted', { TLS: '', TLS_CA_FILE: '' }, 69, 'whether they want TLS'],
  ])('says what is wrong: %s', async (_, given, exitCode, text) => {
    writeFileSync(inFolder('wrong'), `${PASSWORD}-not`)
    const wrong = Object.entries(given).map(([name, value]) => [
      `TRIBUTARY_KAFKA__${name}`,
      name.endsWith('FILE') && value !== '' ? inFolder(value) : value,
    ])
    const args = ['generate', '--events', '1', '--topic', 'test']
    const all = { ...env, ...(Object.fromEntries(wrong) as Record<string, string>) }
    const refused = await runHere(args, all)
    expect(refused).toMatchObject({ exitCode, stdout: '' })
    expect(refused.stderr).toContain(text)
    expect(refused.stderr).not.toContain(PASSWORD)
  })
})
