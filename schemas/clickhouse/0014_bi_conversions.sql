-- Grain: one row per goal, currency and conversion hour, over all booked hours.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_conversions{on_cluster} (
  goal LowCardinality(String) COMMENT 'Goal; empty for refunds that match no conversion',
  currency LowCardinality(String) COMMENT 'ISO 4217; empty without value',
  conversion_hour DateTime('UTC') COMMENT 'Hour of the conversion (of the refund, if it matches none), event time [hour, UTC]',
  conversions Int64 COMMENT 'Conversions, each transaction once [conversions]',
  value Decimal(38, 4) COMMENT 'Value net of refunds [units of currency]',
  attributed Int64 COMMENT 'Conversions with at least one touchpoint to credit [conversions]',
  refunds Decimal(38, 4) COMMENT 'Refunded, positive [units of currency]',
  refund_unmatched Int64 COMMENT 'Refunds that match no conversion [refunds]'
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
  a.currency AS currency,
  a.conversion_hour AS conversion_hour,
  sum(a.`count`) AS conversions,
  money(sum(a.value_minor), currency) AS value,
  sum(a.attributed) AS attributed,
  money(sum(a.refund_minor), currency) AS refunds,
  sum(a.refund_unmatched) AS refund_unmatched
FROM conversions AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY goal, currency, conversion_hour
HAVING conversions != 0 OR value != 0 OR attributed != 0 OR refunds != 0 OR refund_unmatched != 0
COMMENT 'Conversions and refunds: one row per goal, currency, conversion hour';
