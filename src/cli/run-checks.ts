// What `run` asks before it joins the group: whatever would keep every partition from going on is
// refused at once, in words that say what to do, instead of being tried for ever. ClickHouse may be
// down: rows wait for it.
import type { ClickHouse } from '../adapters/clickhouse/connection.ts'
import { pingClickHouse } from '../adapters/clickhouse/facts.ts'
import { migrationState, refuseUnfit } from '../adapters/clickhouse/migrate.ts'
import type { KafkaTopics } from '../adapters/kafka/topics.ts'
import { TributaryError } from '../ports/errors.ts'

/** @throws TRIBUTARY_KAFKA_UNAVAILABLE, also for a topic that is not there */
export async function expectTopics(kafka: KafkaTopics, topics: readonly string[]): Promise<void> {
  for (const topic of topics) {
    if ((await kafka.describe(topic)) !== null) continue
    throw new TributaryError('TRIBUTARY_KAFKA_UNAVAILABLE', `the topic ${topic} does not exist`, {
      hint: '`tributary migrate` creates the topics of events and of dead letters.',
    })
  }
}

/** @throws TRIBUTARY_CLICKHOUSE_UNAVAILABLE: migrations are pending; TRIBUTARY_CONFIG: not ours */
async function expectMigrated(db: ClickHouse): Promise<void> {
  const state = await migrationState(db)
  refuseUnfit(db, state)
  const [first] = state.pending
  if (first === undefined) return
  const what = state.hasDatabase
    ? `the database ${db.database} lacks ${state.pending.length} migrations, from ${first} on`
    : `the database ${db.database} does not exist`
  throw new SchemaPending('TRIBUTARY_CLICKHOUSE_UNAVAILABLE', what, {
    hint: '`tributary migrate` brings ClickHouse to the schema that this version needs.',
  })
}

/** ClickHouse answered, and is not ready for us: at the start nobody waits for that. */
class SchemaPending extends TributaryError {}

/** Asks for the schema until it was seen to be right once, from then on for an answer only. */
export function ledgerQuestion(db: ClickHouse): () => Promise<void> {
  let isMigrated = false
  return async () => {
    if (isMigrated) return pingClickHouse(db)
    await expectMigrated(db)
    isMigrated = true
  }
}

/** Nobody waits for a ClickHouse that is down. @throws where it answered, with a schema not ours */
export async function refuseOtherSchema(question: () => Promise<void>): Promise<void> {
  try {
    await question()
  } catch (error) {
    const isDown =
      error instanceof TributaryError &&
      error.code === 'TRIBUTARY_CLICKHOUSE_UNAVAILABLE' &&
      !(error instanceof SchemaPending)
    if (!isDown) throw error
  }
}
