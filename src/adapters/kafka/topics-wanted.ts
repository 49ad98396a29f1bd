// How our topics should be set, and where a topic that is there differs. Events: the broker's time,
// kept as far back as a rebuild reaches. Dead letters: the broker's time, and not kept for longer,
// since they hold personal data. A backfill's topic: the producer's times, kept for ever, since
// they lie in the past.

const DAY_MS = 86_400_000
const EVENTS_RETENTION_MS = 90 * DAY_MS
const DEAD_LETTERS_RETENTION_MS = 14 * DAY_MS

export type TimestampType = 'CreateTime' | 'LogAppendTime'

/** -1 in retention: no limit. */
export interface TopicSettings {
  readonly timestampType: TimestampType
  readonly retentionMs: number
  readonly retentionBytes: number
  /** `delete`, `compact` or `compact,delete`. */
  readonly cleanupPolicy: string
  /** Of one record batch. */
  readonly maxMessageBytes: number
  /** Records of CreateTime that are older than this are refused. */
  readonly timestampBeforeMaxMs: number
}

export interface TopicDescription {
  readonly topic: string
  readonly partitions: number
  /** Replicas of the partition that has the fewest. */
  readonly replication: number
  /** null: this user may not look at them. */
  readonly settings: TopicSettings | null
}

export interface WantedTopic {
  readonly topic: string
  readonly holds: 'events' | 'dead letters'
  readonly partitions: number
  /** Replicas; left out: the broker's default. */
  readonly replication?: number
  readonly timestampType: TimestampType
  /** Events: at least so long; dead letters: at most. -1: no limit. */
  readonly retentionMs: number
}

export interface TopicChoices {
  readonly partitions: number
  readonly replication?: number
  readonly retentionMs?: number
}

export const eventsTopic = (topic: string, choices: TopicChoices): WantedTopic => ({
  topic,
  holds: 'events',
  timestampType: 'LogAppendTime',
  retentionMs: EVENTS_RETENTION_MS,
  ...choices,
})

/** For history through Kafka, with TRIBUTARY_KAFKA__ALLOW_CREATE_TIME=true. */
export const backfillTopic = (topic: string, choices: TopicChoices): WantedTopic => ({
  topic,
  holds: 'events',
  timestampType: 'CreateTime',
  retentionMs: -1,
  ...choices,
})

export const deadLetterTopic = (topic: string, choices: TopicChoices): WantedTopic => ({
  topic,
  holds: 'dead letters',
  timestampType: 'LogAppendTime',
  retentionMs: DEAD_LETTERS_RETENTION_MS,
  ...choices,
})

export const configEntriesOf = (wanted: WantedTopic): { name: string; value: string }[] =>
  Object.entries(configOf(wanted)).map(([name, value]) => ({ name, value }))

const configOf = ({ timestampType, retentionMs }: WantedTopic): Record<string, string> => ({
  'cleanup.policy': 'delete',
  'message.timestamp.type': timestampType,
  'retention.ms': String(retentionMs),
  'retention.bytes': '-1',
})

export interface TopicDifference {
  /** Kafka's name of the setting, or `partitions`, `replication`. */
  readonly setting: string
  readonly found: string
  readonly wanted: string
  /** The worker refuses such a topic, or would lose records. */
  readonly isFatal: boolean
  /** What to do, in a sentence. */
  readonly fix: string
}

/** Where the topic differs from what is wanted; empty: nowhere, or its settings may not be seen. */
export function topicDifferences(
  found: TopicDescription,
  wanted: WantedTopic,
): readonly TopicDifference[] {
  return [...countDifferences(found, wanted), ...settingDifferences(found.settings, wanted)]
}

function countDifferences(found: TopicDescription, wanted: WantedTopic): TopicDifference[] {
  const { topic, partitions, replication } = wanted
  const differences: TopicDifference[] = []
  if (found.partitions !== partitions) {
    differences.push({
      setting: 'partitions',
      found: String(found.partitions),
      wanted: String(partitions),
      isFatal: false,
      fix:
        found.partitions > partitions || wanted.holds === 'events'
          ? `ask for ${found.partitions}: another count moves persons to other partitions`
          : `kafka-topics.sh --alter --topic ${topic} --partitions ${partitions}`,
    })
  }
  if (replication !== undefined && found.replication < replication) {
    differences.push({
      setting: 'replication',
      found: String(found.replication),
      wanted: String(replication),
      isFatal: false,
      fix: 'kafka-reassign-partitions.sh gives the partitions more replicas',
    })
  }
  return differences
}

function settingDifferences(found: TopicSettings | null, wanted: WantedTopic): TopicDifference[] {
  if (found === null) return []
  const config = configOf(wanted)
  const isEvents = wanted.holds === 'events'
  const isKeptTooShort =
    found.retentionMs !== -1 &&
    (wanted.retentionMs === -1 || found.retentionMs < wanted.retentionMs)
  const isKeptTooLong =
    wanted.retentionMs !== -1 &&
    (found.retentionMs === -1 || found.retentionMs > wanted.retentionMs)
  const wrong = {
    'cleanup.policy': found.cleanupPolicy !== 'delete' && found.cleanupPolicy,
    'message.timestamp.type': found.timestampType !== wanted.timestampType && found.timestampType,
    'retention.ms': (isEvents ? isKeptTooShort : isKeptTooLong) && String(found.retentionMs),
    'retention.bytes': isEvents && found.retentionBytes !== -1 && String(found.retentionBytes),
  }
  const isFatal: Record<string, boolean> = {
    'cleanup.policy': isEvents,
    'message.timestamp.type': isEvents,
    // Times in the past: the broker would delete the records soon after they were written.
    'retention.ms': wanted.timestampType === 'CreateTime',
  }
  return Object.entries(wrong).flatMap(([setting, value]) => {
    const wantedValue = config[setting] ?? ''
    if (value === false) return []
    const alter = `kafka-configs.sh --alter --entity-type topics --entity-name ${wanted.topic}`
    return [
      {
        setting,
        found: value,
        wanted: wantedValue,
        isFatal: isFatal[setting] === true,
        fix: `${alter} --add-config ${setting}=${wantedValue}`,
      },
    ]
  })
}
