-- Grain: one row per path, campaigns, start day, fold and currency, over all booked hours; only
-- paths that have ended. Paths are grouped by their joined text, as it is shown.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_paths{on_cluster} (
  path String COMMENT 'Channels of the touchpoints, joined by > ; empty for a conversion without any',
  campaigns String COMMENT 'Campaigns of the touchpoints, joined by > ',
  start_day Date COMMENT 'Day of the first touchpoint (of the conversion, if there is none) [day, UTC]',
  fold UInt8 COMMENT 'Hash of the person mod 10, for cross-validation',
  currency LowCardinality(String) COMMENT 'ISO 4217; empty for lapses and conversions without value',
  conversions Int64 COMMENT 'Paths that ended converted [paths]',
  lapses Int64 COMMENT 'Paths that ended lapsed [paths]',
  value Decimal(38, 4) COMMENT 'Net value of the conversions [units of currency]',
  minutes_to_conversion Int64 COMMENT 'Sum over conversions of the whole minutes since the first touchpoint [minutes]'
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
  arrayStringConcat(a.path, ' > ') AS path,
  arrayStringConcat(a.campaigns, ' > ') AS campaigns,
  a.start_day AS start_day,
  a.fold AS fold,
  a.currency AS currency,
  sum(a.conversions) AS conversions,
  sum(a.lapses) AS lapses,
  money(sum(a.value_minor), currency) AS value,
  sum(a.minutes_to_conversion) AS minutes_to_conversion
FROM paths AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY path, campaigns, start_day, fold, currency
HAVING conversions != 0 OR lapses != 0 OR value != 0 OR minutes_to_conversion != 0
COMMENT 'Whole paths to conversion or lapse: one row per path, campaigns, start day, fold, currency';
