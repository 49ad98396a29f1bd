-- Grain: one row per live event, minute, variant and currency, over all booked hours. Counts of
-- events sit in the row of currency ''; orders, units and money in that of their currency.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_live_minutes{on_cluster} (
  live_event_id LowCardinality(String) COMMENT 'Live event',
  minute DateTime('UTC') COMMENT 'Minute of the event or order, event time [minute, UTC]',
  variant LowCardinality(String) COMMENT 'Variant shown; empty for post-live orders',
  currency LowCardinality(String) COMMENT 'ISO 4217 of orders, units, GMV and refunds; empty for counts of events',
  events Int64 COMMENT 'Events with this live event [events]',
  viewers Int64 COMMENT 'Distinct persons; not to be added up over minutes or variants [persons]',
  new_viewers Int64 COMMENT 'Persons without an event of this live event in the lookback before [persons]',
  tag_views Int64 COMMENT 'Events tag_view [events]',
  tag_clicks Int64 COMMENT 'Events tag_click [events]',
  add_to_carts Int64 COMMENT 'Events add_to_cart [events]',
  comments Int64 COMMENT 'Events comment [events]',
  orders Int64 COMMENT 'Purchases that name this live event [orders]',
  units Int64 COMMENT 'Quantity of these orders [pieces]',
  gmv Decimal(38, 4) COMMENT 'Gross value of these orders [units of currency]',
  refunds Decimal(38, 4) COMMENT 'Refunded of these and of post-live orders [units of currency]',
  post_live_orders Int64 COMMENT 'Purchases that name no live event, up to 72 h after an event of this one [orders]',
  post_live_gmv Decimal(38, 4) COMMENT 'Gross value of post-live orders [units of currency]',
  aov Nullable(Decimal(38, 4)) COMMENT 'Average order value, gmv / orders, half up to the digits of the currency; NULL without orders [units of currency]',
  tag_ctr Nullable(Decimal(38, 6)) COMMENT 'tag_clicks / tag_views, half up to 6 digits; NULL without tag views [clicks per view]'
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
  (minor, code) -> toDecimal128(minor, 4) / minor_units(code) AS money,
  -- part / whole to the nearest integer, halves up; NULL when there is nothing to divide by.
  (part, whole) -> 2 * toInt128(part) + whole AS numerator,
  whole -> 2 * nullIf(toInt128(whole), 0) AS divisor,
  (part, whole) -> intDiv(
    numerator(part, whole) - positiveModulo(numerator(part, whole), divisor(whole)),
    divisor(whole)) AS half_up
SELECT
  a.live_event_id AS live_event_id,
  a.minute AS minute,
  a.variant AS variant,
  a.currency AS currency,
  sum(a.events) AS events,
  sum(a.viewers) AS viewers,
  sum(a.new_viewers) AS new_viewers,
  sum(a.tag_views) AS tag_views,
  sum(a.tag_clicks) AS tag_clicks,
  sum(a.add_to_carts) AS add_to_carts,
  sum(a.comments) AS comments,
  sum(a.orders) AS orders,
  sum(a.units) AS units,
  money(sum(a.gmv_minor), currency) AS gmv,
  money(sum(a.refunds_minor), currency) AS refunds,
  sum(a.post_live_orders) AS post_live_orders,
  money(sum(a.post_live_gmv_minor), currency) AS post_live_gmv,
  money(half_up(sum(a.gmv_minor), sum(a.orders)), currency) AS aov,
  toDecimal128(half_up(1000000 * sum(a.tag_clicks), sum(a.tag_views)), 6) / 1000000 AS tag_ctr
FROM live_minutes AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY live_event_id, minute, variant, currency
HAVING events != 0 OR viewers != 0 OR new_viewers != 0 OR tag_views != 0 OR tag_clicks != 0
  OR add_to_carts != 0 OR comments != 0 OR orders != 0 OR units != 0 OR gmv != 0 OR refunds != 0
  OR post_live_orders != 0 OR post_live_gmv != 0
COMMENT 'Live shopping by the minute: one row per live event, minute, variant, currency';
