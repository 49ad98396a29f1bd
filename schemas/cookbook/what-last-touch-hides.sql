-- Which channels does last touch hide?
-- Read: `hidden` is what a channel has in the Shapley model and not in last touch, in purchases.
-- Above zero it prepares what others close; below zero it closes what others prepared. The column
-- adds up to zero.
-- Beware: both models share out what happened. Neither says what would have happened without the
-- channel; only an experiment does.
SELECT
  channel,
  sumIf(conversions, model = 'last_touch') AS last_touch,
  sumIf(conversions, model = 'shapley') AS shapley,
  shapley - last_touch AS hidden,
  round(100 * hidden / nullIf(last_touch, 0), 1) AS hidden_percent
FROM bi_credits
WHERE goal = 'purchase'
GROUP BY channel
ORDER BY hidden DESC, channel
