// The Kafka broker that a test file has to itself does what tests of faults and security rely on.
import { readFileSync } from 'node:fs'
import { Kafka, logLevel } from 'kafkajs'
import type { KafkaConfig, SASLOptions } from 'kafkajs'
import { expect, it, vi } from 'vitest'
import { makeCertificates, trusting } from './certificates.ts'
import { describeWithPrivate } from './describe-with-private.ts'
import { startPrivateKafka } from './private-kafka.ts'
import { unsecuredToken } from './unsecured-token.ts'
import { createTopics } from './create-topics.ts'

describeWithPrivate(['kafka', 'openssl'], 'a Kafka broker of its own', () => {
  const user = { name: 'tributary', password: 'a-secret' }
  const retry = { initialRetryTime: 100, maxRetryTime: 1_000, retries: 60 }

  async function topicsOf(brokers: string, options: Partial<KafkaConfig> = {}): Promise<string[]> {
    const soon = { initialRetryTime: 50, retries: 2 }
    const kafka = new Kafka({
      brokers: [brokers],
      logLevel: logLevel.NOTHING,
      retry: soon,
      // A broker that has just started takes its time for TLS.
      connectionTimeout: 10_000,
      ...options,
    })
    const admin = kafka.admin()
    try {
      await admin.connect()
      return await admin.listTopics()
    } finally {
      await admin.disconnect()
    }
  }

  it('lets in who may come in, on each listener', async () => {
    const tls = makeCertificates()
    const server = await startPrivateKafka({ secure: { tls, user } })
    const known = { username: user.name, password: user.password }
    const oauth = (validSeconds: number): SASLOptions => ({
      mechanism: 'oauthbearer',
      oauthBearerProvider: () =>
        Promise.resolve({ value: unsecuredToken(user.name, validSeconds) }),
    })
    const right: SASLOptions[] = [
      { mechanism: 'plain', ...known },
      { mechanism: 'scram-sha-256', ...known },
      { mechanism: 'scram-sha-512', ...known },
      oauth(60),
    ]
    const ssl = trusting(tls)
    for (const sasl of right) {
      expect(await topicsOf(server.saslPlaintext, { sasl })).toEqual([])
      expect(await topicsOf(server.saslSsl, { sasl, ssl })).toEqual([])
    }
    // kafkajs takes the refusal of a token for success, and then finds the connection closed.
    const wrong: [SASLOptions, RegExp][] = [
      [{ mechanism: 'plain', ...known, password: 'b' }, /Authentication failed/],
      [{ mechanism: 'scram-sha-512', ...known, password: 'b' }, /Authentication failed|SASL/],
      [oauth(-60), /No brokers/],
    ]
    for (const [sasl, message] of wrong) {
      await expect(topicsOf(server.saslSsl, { sasl, ssl })).rejects.toThrow(message)
    }
    expect(await topicsOf(server.ssl, { ssl })).toEqual([])
    const { certificate, key } = tls.client
    const own = { cert: readFileSync(certificate), key: readFileSync(key) }
    expect(await topicsOf(server.ssl, { ssl: { ...ssl, ...own } })).toEqual([])
    const others = { ca: readFileSync(tls.otherAuthority) }
    await expect(topicsOf(server.ssl, { ssl: others })).rejects.toThrow(/certificate/)
    await server.remove()
  })

  it('keeps over kill -9 what it has acknowledged', async () => {
    const server = await startPrivateKafka()
    const kafka = new Kafka({ brokers: [server.brokers], logLevel: logLevel.NOTHING, retry })
    const admin = kafka.admin()
    await admin.connect()
    await createTopics(admin, { topic: 'test_kept', numPartitions: 1 })
    const producer = kafka.producer({ allowAutoTopicCreation: false })
    await producer.connect()
    await producer.send({
      topic: 'test_kept',
      acks: -1,
      messages: [{ value: 'a' }, { value: 'b' }],
    })
    await producer.disconnect()
    await server.kill()
    await expect(topicsOf(server.brokers)).rejects.toThrow(/ECONNREFUSED|Connection error/)
    await server.restart()
    // It answers before it leads the partition again.
    const ends = await vi.waitFor(() => admin.fetchTopicOffsets('test_kept'), { timeout: 30_000 })
    expect(ends).toMatchObject([{ low: '0', high: '2' }])
    await admin.disconnect()
    await server.remove()
  })
})
