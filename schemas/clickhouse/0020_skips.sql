-- Grain: one row per range of offsets that an operator has given up (`tributary admin skip`), because
-- its record batch could not be decoded. Every replay of the log books these offsets as rejected.
-- Sort key: looked up by topic and partition, in the order of offsets.
-- Dedupe: the last decision about a range wins.
CREATE TABLE IF NOT EXISTS {table:skips}{on_cluster} (
  topic String COMMENT 'Topic of the log',
  partition UInt16 COMMENT 'Partition of the topic',
  lineage UInt64 COMMENT 'Life of the state that met the batch first, see lineages',
  from_offset UInt64 COMMENT 'First offset given up [offset]',
  to_offset UInt64 COMMENT 'First offset behind the range [offset]',
  reason String COMMENT 'Why, in the words of the operator',
  decided_at DateTime('UTC') DEFAULT now('UTC') COMMENT 'When the operator decided, for the audit [UTC]'
)
ENGINE = {engine:ReplacingMergeTree(decided_at)}
ORDER BY (topic, partition, from_offset, to_offset)
COMMENT 'Offsets that operators have given up: one row per range; read with FINAL';
