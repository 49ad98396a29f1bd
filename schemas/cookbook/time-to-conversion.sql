-- How long does it take from the first touchpoint to the purchase?
-- Read: one line per number of touchpoints (8: eight and more), with its purchases and the hours and
-- days they took on average.
-- Beware: averages only. The ledger keeps sums, from which no median can be had, and a few long
-- paths pull an average far up. Purchases without any touchpoint are left out.
SELECT
  least(length(splitByString(' > ', path)), 8) AS touchpoints,
  sum(p.conversions) AS conversions,
  round(toDecimal128(sum(p.minutes_to_conversion), 6) / 60 / nullIf(conversions, 0), 1) AS average_hours,
  round(average_hours / 24, 1) AS average_days
FROM bi_paths AS p
WHERE path != ''
GROUP BY touchpoints
HAVING conversions != 0
ORDER BY touchpoints
