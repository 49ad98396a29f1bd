// Apache Kafka's own console producer, as another client with other codecs: each line of text
// becomes a record.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { requireKafka } from '../../../deploy/local/kafka-jars.mjs'
import { silently } from '../../services/private-server.ts'

export interface JavaProducer {
  write(lines: readonly string[]): void
  /** Resolves when all have been acknowledged. */
  end(): Promise<void>
}

/** Gathers for a second, in batches as large as may be. */
export function startJavaProducer(brokers: string, topic: string, codec: string): JavaProducer {
  const { java, classPath } = requireKafka(silently)
  const properties = ['batch.size=16777216', 'max.request.size=16777216', 'linger.ms=1000']
  // It does not live long.
  const brief = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC']
  const program = ['-cp', classPath, 'org.apache.kafka.tools.ConsoleProducer']
  const where = ['--bootstrap-server', brokers, '--topic', topic, '--compression-codec', codec]
  const how = properties.flatMap((property) => ['--producer-property', property])
  const stdio: ['pipe', 'ignore', 'pipe'] = ['pipe', 'ignore', 'pipe']
  const child = spawn(java, [...brief, ...program, ...where, ...how], { stdio })
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'exit')
  return {
    write: (lines) => void child.stdin.write(lines.map((line) => `${line}\n`).join('')),
    end: async () => {
      child.stdin.end()
      await ended
      if (child.exitCode !== 0) throw new Error(`the producer failed: ${said}`)
    },
  }
}
