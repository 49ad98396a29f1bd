-- Grain: one row per goal, model, channel, campaign, currency and conversion hour, over all booked
-- hours. One model at a time: each splits every conversion.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_credits{on_cluster} (
  goal LowCardinality(String) COMMENT 'Goal of the conversion',
  model LowCardinality(String) COMMENT 'Attribution model',
  channel LowCardinality(String) COMMENT 'Channel that gets the credit, or (unattributed)',
  campaign LowCardinality(String) COMMENT 'Campaign that gets the credit; may be empty',
  currency LowCardinality(String) COMMENT 'ISO 4217; empty without value',
  conversion_hour DateTime('UTC') COMMENT 'Hour of the conversion, event time [hour, UTC]',
  conversions Decimal(38, 6) COMMENT 'Credited conversions [conversions]',
  value Decimal(38, 4) COMMENT 'Credited net value [units of currency]',
  refunds Decimal(38, 4) COMMENT 'Credit that refunds took back [units of currency]',
  touchpoints Int64 COMMENT 'Touchpoints with a weight above 0 [touchpoints]'
) DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
WITH
  -- Minor units in one unit of a currency.
  code -> multiIf(
    code IN (
      'BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'UYI',
      'VND', 'VUV', 'XAF', 'XOF', 'XPF'), 1,
    code IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND'), 1000,
    code IN ('CLF', 'UYW'), 10000,
    100) AS minor_units,
  -- Exact: a decimal divided by an integer stays a decimal.
  (minor, code) -> toDecimal128(minor, 4) / minor_units(code) AS money
SELECT
  a.goal AS goal,
  a.model AS model,
  a.channel AS channel,
  a.campaign AS campaign,
  a.currency AS currency,
  a.conversion_hour AS conversion_hour,
  toDecimal128(sum(a.conversions_micro), 6) / 1000000 AS conversions,
  money(sum(a.value_minor), currency) AS value,
  money(sum(a.refund_minor), currency) AS refunds,
  sum(a.touchpoints) AS touchpoints
FROM credits AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY goal, model, channel, campaign, currency, conversion_hour
HAVING conversions != 0 OR value != 0 OR refunds != 0 OR touchpoints != 0
COMMENT 'Credit of touchpoints by model: one row per goal, model, channel, campaign, currency, conversion hour';
