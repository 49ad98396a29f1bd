-- Grain: one row per booked hour, live event, minute, variant, currency, lineage and partition.
-- Sort key: the booked hour first, because closed hours are never written again: new parts do not
-- overlap old ones and FINAL stays cheap. Lineage and partition last: they are summed out.
-- Dedupe: rows are absolute values; the highest ver of a key wins, equal versions are equal rows.
-- Retention: kept; a month goes with ALTER TABLE … DROP PARTITION.
CREATE TABLE IF NOT EXISTS {table:live_minutes}{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, of the record that caused the booking [hour, UTC]',
  live_event_id LowCardinality(String) COMMENT 'Live event',
  minute DateTime('UTC') COMMENT 'Minute of the event or order, event time [minute, UTC]',
  variant LowCardinality(String) COMMENT 'Variant shown; empty for post-live orders',
  currency LowCardinality(String) COMMENT 'ISO 4217 of orders, units, GMV and refunds; empty for all counts of events',
  lineage UInt64 COMMENT 'Life of the state that wrote the row, see lineages',
  partition UInt16 COMMENT 'Kafka partition that wrote the row',
  events Int64 COMMENT 'Events with this live event [events]',
  viewers Int64 COMMENT 'Distinct persons; adds up over partitions, not over minutes or variants [persons]',
  new_viewers Int64 COMMENT 'Persons without an event of this live event in the lookback before [persons]',
  tag_views Int64 COMMENT 'Events tag_view [events]',
  tag_clicks Int64 COMMENT 'Events tag_click [events]',
  add_to_carts Int64 COMMENT 'Events add_to_cart [events]',
  comments Int64 COMMENT 'Events comment [events]',
  orders Int64 COMMENT 'Purchases that name this live event [orders]',
  units Int64 COMMENT 'Quantity of these orders [pieces]',
  gmv_minor Int64 COMMENT 'Gross value of these orders [minor units of currency]',
  refunds_minor Int64 COMMENT 'Refunded of these and of post-live orders, at the minute of the order [minor units of currency]',
  post_live_orders Int64 COMMENT 'Purchases that name no live event, up to 72 h after an event of this one [orders]',
  post_live_gmv_minor Int64 COMMENT 'Gross value of post-live orders [minor units of currency]',
  ver UInt64 COMMENT 'Generation in the high 16 bits, offset of the record that last touched the row in the low 48',
  INDEX ix_minute minute TYPE minmax GRANULARITY 1
)
ENGINE = {engine:ReplacingMergeTree(ver)}
PARTITION BY toYYYYMM(booked_hour)
ORDER BY (booked_hour, live_event_id, minute, variant, currency, lineage, partition)
COMMENT 'Live shopping by the minute: one row per booked hour, live event, minute, variant, currency, lineage, partition';
