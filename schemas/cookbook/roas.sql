-- What comes back for what was spent?
-- Read: one line per channel and currency over the days that the table `spend` covers: spent, net
-- value credited by the linear model, and their ratio (ROAS). No ratio: nothing was spent there.
-- Beware: another model, another ROAS. Value is that of the day of the purchase, spend that of the
-- day of the ad; value is net of refunds so far; and a ratio above 1 is no profit, nor does it say
-- what the last euro brought. `spend.sql` makes the table.
WITH
  costs AS (SELECT day, channel, currency, amount FROM spend FINAL),
  (SELECT min(day) FROM costs) AS first_day,
  (SELECT max(day) FROM costs) AS last_day
SELECT
  channel,
  currency,
  sum(amounts.spent) AS spent,
  sum(amounts.value) AS value,
  round(value / nullIf(spent, 0), 2) AS roas
FROM (
  SELECT channel, currency, toDecimal128(amount, 4) AS spent, toDecimal128(0, 4) AS value
  FROM costs
  UNION ALL
  SELECT channel, currency, toDecimal128(0, 4) AS spent, value
  FROM bi_credits
  WHERE goal = 'purchase'
    AND model = 'linear'
    AND currency != ''
    AND toDate(conversion_hour) BETWEEN first_day AND last_day
) AS amounts
GROUP BY channel, currency
ORDER BY currency, spent DESC, channel
