// How every command reaches Kafka: the configuration in the adapter's words. Certificates are read
// here, so that one that is missing is a mistake of the configuration, and not of the connection.
import { readFileSync } from 'node:fs'
import type { KafkaLogin, KafkaOptions, KafkaTls } from '../adapters/kafka/client.ts'
import type { Config } from '../config/config.ts'
import { ConfigError } from '../config/mistakes.ts'
import type { Mistake } from '../config/mistakes.ts'

type KafkaConfig = Config['kafka']

/** @throws ConfigError (exit 78) that names every file that cannot be read. */
export function kafkaOptions({ kafka }: Pick<Config, 'kafka'>): KafkaOptions {
  const mistakes: Mistake[] = []
  const ssl = tlsOf(kafka, mistakes)
  const sasl = loginOf(kafka, mistakes)
  if (mistakes.length > 0) throw new ConfigError(mistakes)
  return {
    brokers: kafka.brokers.join(','),
    clientId: 'tributary',
    sessionTimeoutMs: kafka.sessionTimeoutMs,
    ...(ssl === null ? {} : { ssl }),
    ...(sasl === null ? {} : { sasl }),
  }
}

function tlsOf(kafka: KafkaConfig, mistakes: Mistake[]): KafkaTls | null {
  if (!kafka.tls) return null
  const files = {
    ca: ['kafka.tls_ca_file', kafka.tlsCaFile],
    cert: ['kafka.tls_cert_file', kafka.tlsCertFile],
    key: ['kafka.tls_key_file', kafka.tlsKeyFile],
  } as const
  const given = Object.entries(files).filter(([, [, file]]) => file !== '')
  return Object.fromEntries(
    given.map(([part, [name, file]]) => [part, readText(name, file, mistakes)]),
  )
}

function loginOf(kafka: KafkaConfig, mistakes: Mistake[]): KafkaLogin | null {
  const { saslMechanism: mechanism, username, password, oauthTokenFile: tokenFile } = kafka
  if (mechanism === '') return null
  if (mechanism !== 'oauthbearer') return { mechanism, username, password }
  readText('kafka.oauth_token_file', tokenFile, mistakes)
  return { mechanism, tokenFile }
}

function readText(name: string, file: string, mistakes: Mistake[]): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const { code = String(error) } = error as NodeJS.ErrnoException
    const why = code === 'ENOENT' ? 'there is no such file' : code
    mistakes.push({ where: name, what: `cannot read ${file}: ${why}` })
    return ''
  }
}
