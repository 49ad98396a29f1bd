-- A table for what ads cost, to be made once by whoever migrates. One row per day, channel,
-- campaign and currency; loading a day again replaces it. Then, for the user of BI tools:
-- GRANT SELECT ON tributary.spend TO bi
CREATE TABLE IF NOT EXISTS spend (
  day Date COMMENT 'Day of the ads, UTC',
  channel LowCardinality(String) COMMENT 'As in the events',
  campaign LowCardinality(String) COMMENT 'As in the events; may be empty',
  currency LowCardinality(String) COMMENT 'ISO 4217',
  amount Decimal(18, 4) COMMENT 'Spent [units of currency]',
  loaded_at DateTime64(3, 'UTC') DEFAULT now64(3, 'UTC') COMMENT 'The last loaded row counts'
)
ENGINE = ReplacingMergeTree(loaded_at)
ORDER BY (day, channel, campaign, currency)
COMMENT 'What ads cost: one row per day, channel, campaign, currency; read with FINAL'
