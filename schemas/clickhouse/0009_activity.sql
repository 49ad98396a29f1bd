-- Grain: one row per booked hour, event hour, channel, campaign, action, lineage and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:activity}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  event_hour DateTime('UTC') COMMENT 'Hour of the event, event time [hour, UTC]',
  channel LowCardinality(String) COMMENT 'Channel of the event',
  campaign LowCardinality(String) COMMENT 'Campaign of the event; may be empty',
  action_type LowCardinality(String) COMMENT 'Action of the event',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  events Int64 COMMENT 'Applied events [events]',
  persons Int64 COMMENT 'Distinct persons of the row; adds up over partitions, not over hours or channels [persons]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48',
  INDEX ix_event_hour event_hour TYPE minmax GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, event_hour, channel, campaign, action_type, lineage, partition)
COMMENT 'Every applied event, counted: one row per booked hour, event hour, channel, campaign, action, lineage, partition';
