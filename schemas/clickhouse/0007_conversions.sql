-- Grain: one row per booked hour, goal, currency, conversion hour, lineage and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:conversions}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  goal LowCardinality(String) COMMENT 'Goal; empty for refunds that match no conversion',
  currency LowCardinality(String) COMMENT 'ISO 4217; empty without value',
  conversion_hour DateTime('UTC') COMMENT 'Hour of the conversion (of the refund, if it matches none), event time [hour, UTC]',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  `count` Int64 COMMENT 'Conversions, each transaction once [conversions]',
  value_minor Int64 COMMENT 'Value net of refunds [minor units of currency]',
  attributed Int64 COMMENT 'Conversions with at least one touchpoint to credit [conversions]',
  refund_minor Int64 COMMENT 'Refunded, positive [minor units of currency]',
  refund_unmatched Int64 COMMENT 'Refunds that match no conversion [refunds]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48',
  INDEX ix_conversion_hour conversion_hour TYPE minmax GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, goal, currency, conversion_hour, lineage, partition)
COMMENT 'Conversions and refunds: one row per booked hour, goal, currency, conversion hour, lineage, partition';
