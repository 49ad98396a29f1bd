-- Grain: one row per booked hour, outcome, reason, lineage and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:intake}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record [hour, UTC]',
  outcome LowCardinality(String) COMMENT 'applied, duplicate, late, overflow, rejected or tick',
  reason LowCardinality(String) COMMENT 'Why it was rejected; empty otherwise',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  records Int64 COMMENT 'Records with this outcome [records]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48'
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, outcome, reason, lineage, partition)
COMMENT 'What became of every record: one row per booked hour, outcome, reason, lineage, partition';
