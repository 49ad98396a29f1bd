// Kafka's errors as ours.
import { TributaryError } from '../../ports/errors.ts'

export function kafkaError(cause: unknown): TributaryError {
  if (cause instanceof TributaryError) return cause
  const text = cause instanceof Error ? cause.message : String(cause)
  return new TributaryError(
    'TRIBUTARY_KAFKA_UNAVAILABLE',
    `Kafka did not answer as expected: ${text}`,
    {
      cause,
      hint: 'check that the brokers of TRIBUTARY_KAFKA__BROKERS are up and that the topic exists',
    },
  )
}
