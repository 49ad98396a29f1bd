-- How much does each model credit to each channel?
-- Read: one line per channel, one column per model, in purchases. Each column adds up to all
-- purchases; `(unattributed)` had no touchpoint in the lookback.
-- Beware: the columns are rival answers to one question. Never add them up.
SELECT
  channel,
  sumIf(conversions, model = 'first_touch') AS first_touch,
  sumIf(conversions, model = 'last_touch') AS last_touch,
  sumIf(conversions, model = 'last_non_direct') AS last_non_direct,
  sumIf(conversions, model = 'linear') AS linear,
  sumIf(conversions, model = 'time_decay') AS time_decay,
  sumIf(conversions, model = 'position_based') AS position_based,
  sumIf(conversions, model = 'w_shaped') AS w_shaped,
  sumIf(conversions, model = 'shapley') AS shapley
FROM bi_credits
WHERE goal = 'purchase'
GROUP BY channel
ORDER BY shapley DESC, channel
