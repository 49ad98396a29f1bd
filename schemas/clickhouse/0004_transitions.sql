-- Grain: one row per booked hour, step (from, to), currency, lineage and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:transitions}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  from_state LowCardinality(String) COMMENT 'Channel the step leaves, or (start)',
  to_state LowCardinality(String) COMMENT 'Channel the step enters, or (conversion) or (null)',
  currency LowCardinality(String) COMMENT 'ISO 4217 of the conversion; empty but for steps into (conversion)',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  observed Int64 COMMENT 'Steps seen, booked at once [steps]',
  settled Int64 COMMENT 'Steps of paths that have ended [steps]',
  delay_minutes Int64 COMMENT 'Sum over settled steps of the whole minutes between the two ends [minutes]',
  value_minor Int64 COMMENT 'Net value of settled steps into (conversion) [minor units of currency]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48'
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, from_state, to_state, currency, lineage, partition)
COMMENT 'Steps of journeys between channels: one row per booked hour, from, to, currency, lineage, partition';
