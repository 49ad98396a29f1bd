-- Grain: one row per partition and offset from which on a number of partitions holds
-- (`tributary admin partitions --accept`). Below the offset a record may lie where the count before
-- or this one puts its key, since producers take up a new count at different moments.
-- Sort key: looked up by topic and partition, in the order of offsets.
-- Dedupe: by offset and count; counts only grow, so they stand in the order they were accepted.
CREATE TABLE IF NOT EXISTS {table:partition_counts}{on_cluster} (
  topic String COMMENT 'Topic of the log',
  partition UInt16 COMMENT 'Partition of the topic',
  from_offset UInt64 COMMENT 'Log end of the partition when the count was accepted [offset]',
  count UInt16 COMMENT 'Number of partitions of the topic from there on [partitions]',
  decided_at DateTime('UTC') DEFAULT now('UTC') COMMENT 'When the operator decided, for the audit [UTC]'
)
ENGINE = {engine:ReplacingMergeTree(decided_at)}
ORDER BY (topic, partition, from_offset, count)
COMMENT 'Partition counts that operators have accepted: one row per partition, offset and count; read with FINAL';
