-- Grain: one row per booked hour, sequence of touchpoints, start day, fold, currency, lineage and
-- partition; only paths that have ended.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:paths}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  path Array(LowCardinality(String)) COMMENT 'Channels of the touchpoints, in order; empty for a conversion without any',
  campaigns Array(LowCardinality(String)) COMMENT 'Campaigns of the touchpoints, beside path',
  start_day Date COMMENT 'Day of the first touchpoint (of the conversion, if there is none) [day, UTC]',
  fold UInt8 COMMENT 'Hash of the person mod 10, for cross-validation',
  currency LowCardinality(String) COMMENT 'ISO 4217 of the conversion; empty for lapses and conversions without value',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  conversions Int64 COMMENT 'Paths that ended converted [paths]',
  lapses Int64 COMMENT 'Paths that ended lapsed [paths]',
  value_minor Int64 COMMENT 'Net value of the conversions [minor units of currency]',
  minutes_to_conversion Int64 COMMENT 'Sum over conversions of the whole minutes since the first touchpoint [minutes]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48',
  INDEX ix_start_day start_day TYPE minmax GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, path, campaigns, start_day, fold, currency, lineage, partition)
COMMENT 'Whole paths to conversion or lapse: one row per booked hour, path, campaigns, start day, fold, currency, lineage, partition';
