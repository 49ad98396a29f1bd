-- Grain: one row per step (from, to) and currency, over all booked hours.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_transitions{on_cluster} (
  from_state LowCardinality(String) COMMENT 'Channel the step leaves, or (start)',
  to_state LowCardinality(String) COMMENT 'Channel the step enters, or (conversion) or (null)',
  currency LowCardinality(String) COMMENT 'ISO 4217; empty but for steps into (conversion)',
  observed Int64 COMMENT 'Steps seen [steps]',
  settled Int64 COMMENT 'Steps of paths that have ended [steps]',
  delay_minutes Int64 COMMENT 'Sum over settled steps of the whole minutes between the two ends [minutes]',
  value Decimal(38, 4) COMMENT 'Net value of settled steps into (conversion) [units of currency]'
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
  a.from_state AS from_state,
  a.to_state AS to_state,
  a.currency AS currency,
  sum(a.observed) AS observed,
  sum(a.settled) AS settled,
  sum(a.delay_minutes) AS delay_minutes,
  money(sum(a.value_minor), currency) AS value
FROM transitions AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY from_state, to_state, currency
HAVING observed != 0 OR settled != 0 OR delay_minutes != 0 OR value != 0
COMMENT 'Steps of journeys between channels: one row per from, to, currency';
