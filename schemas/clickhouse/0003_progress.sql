-- Grain: one row per lineage: how far its rows have landed.
-- Sort key: a state is looked up by its topic and partition.
-- Dedupe: the highest next wins; at equal next the last written, which knows more verified hours.
CREATE TABLE IF NOT EXISTS {table:progress}{on_cluster} (
  topic String COMMENT 'Topic the records came from',
  partition UInt16 COMMENT 'Partition of the topic',
  lineage UInt64 COMMENT 'Life of the state of this partition, see lineages',
  next UInt64 COMMENT 'Every record below it is in the rows of the last flush [offset]',
  stream_time DateTime64(3, 'UTC') COMMENT 'Highest record time seen [UTC, to the ms]',
  booked_through DateTime('UTC') COMMENT 'Last booked hour that is final and verified; 1970-01-01 00:00:00 when there is none [hour, UTC]',
  flushed_through UInt64 COMMENT 'Offset all of whose rows have landed [offset]'
)
ENGINE = {engine:ReplacingMergeTree(next)}
ORDER BY (topic, partition, lineage)
COMMENT 'How far each partition has been published: one row per lineage; read with FINAL';
