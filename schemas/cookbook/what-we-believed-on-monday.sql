-- What did we believe on Monday about the week before, and what do we know now?
-- Read: net value by channel and currency, linear model, of the purchases of the week that ended on
-- the last Monday at 00:00 UTC. `change` is what late events and refunds did to it since.
-- Beware: booked hours follow stream time, so "on Monday" is when the stream had reached Monday; a
-- backfill books history today. Only an hour that is left is final.
WITH
  (SELECT toDateTime(toMonday(max(booked_hour)), 'UTC') FROM bi_intake_booked) AS monday
SELECT
  channel,
  currency,
  sumIf(c.value, c.booked_hour < monday) AS believed,
  sum(c.value) AS known_now,
  known_now - believed AS change
FROM bi_credits_booked AS c
WHERE goal = 'purchase'
  AND model = 'linear'
  AND currency != ''
  AND conversion_hour >= monday - INTERVAL 7 DAY
  AND conversion_hour < monday
GROUP BY channel, currency
HAVING believed != 0 OR known_now != 0
ORDER BY currency, known_now DESC, channel
