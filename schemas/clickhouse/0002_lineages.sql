-- Grain: one row per lineage, that is, per life of one partition's state: a new one begins when an
-- operator starts the state anew. The views sum rows of active lineages only.
-- Sort key: a state is looked up by its topic and partition.
-- Dedupe: by status, which only moves forward (building, active, retired). So the row may be written
-- again with every flush, and a late write of an older status changes nothing.
CREATE TABLE IF NOT EXISTS {table:lineages}{on_cluster} (
  topic String COMMENT 'Topic the records came from',
  partition UInt16 COMMENT 'Partition of the topic',
  lineage UInt64 COMMENT 'Identity of this life of the state; unique over all topics and partitions',
  base_offset UInt64 COMMENT 'Offset of the first record this lineage may have applied [offset]',
  status Enum8('building' = 1, 'active' = 2, 'retired' = 3) COMMENT 'Only active lineages are summed',
  reason String COMMENT 'Why the lineage began or ended, in words',
  status_rank UInt8 MATERIALIZED CAST(status, 'UInt8') COMMENT 'Version of the row: the later status wins'
)
ENGINE = {engine:ReplacingMergeTree(status_rank)}
ORDER BY (topic, partition, lineage)
COMMENT 'Lives of the state of each partition: one row per lineage; read with FINAL';
