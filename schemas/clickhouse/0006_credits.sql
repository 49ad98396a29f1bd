-- Grain: one row per booked hour, goal, model, channel, campaign, currency, conversion hour, lineage
-- and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:credits}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  goal LowCardinality(String) COMMENT 'Goal of the conversion',
  model LowCardinality(String) COMMENT 'Attribution model',
  channel LowCardinality(String) COMMENT 'Channel that gets the credit, or (unattributed)',
  campaign LowCardinality(String) COMMENT 'Campaign that gets the credit; may be empty',
  currency LowCardinality(String) COMMENT 'ISO 4217 of the conversion; empty without value',
  conversion_hour DateTime('UTC') COMMENT 'Hour of the conversion, event time [hour, UTC]',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  conversions_micro Int64 COMMENT 'Credited conversions [millionths of a conversion]',
  value_minor Int64 COMMENT 'Credited net value [minor units of currency]',
  refund_minor Int64 COMMENT 'Split of the gross value less split of the net [minor units of currency]',
  touchpoints Int64 COMMENT 'Touchpoints with a weight above 0 [touchpoints]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48',
  INDEX ix_conversion_hour conversion_hour TYPE minmax GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, goal, model, channel, campaign, currency, conversion_hour, lineage, partition)
COMMENT 'Credit of touchpoints by model: one row per booked hour, goal, model, channel, campaign, currency, conversion hour, lineage, partition';
