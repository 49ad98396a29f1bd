-- Which channels assist, and which close?
-- Read: `closed` are purchases whose path ended with the channel, `assisted` those in whose path it
-- was earlier and another channel was last. `assists_per_close` above 1: it works for others.
-- Beware: a purchase with three channels has one that closes and two that assist, so assists do not
-- add up to purchases. Paths begin anew after each purchase and after 30 days of silence.
SELECT
  channel,
  sumIf(conversions, last_channel = channel) AS closed,
  sumIf(conversions, last_channel != channel) AS assisted,
  round(toDecimal128(assisted, 6) / nullIf(closed, 0), 2) AS assists_per_close
FROM (
  SELECT
    conversions,
    splitByString(' > ', path) AS steps,
    steps[-1] AS last_channel,
    arrayJoin(arrayDistinct(steps)) AS channel
  FROM bi_paths
  WHERE path != '' AND conversions != 0
)
GROUP BY channel
ORDER BY assisted DESC, channel
