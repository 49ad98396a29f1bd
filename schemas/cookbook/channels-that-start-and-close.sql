-- Which channels start journeys, which close them, and where do people leave?
-- Read: `starts` are paths whose first touchpoint was the channel, `closes` those it was last in
-- before a purchase, `lapses` those it was last in before 30 days of silence, `open` those that are
-- on it now. Over all channels, starts = closes + lapses + open.
-- Beware: `lapses` are of a month ago, `starts` of today. Purchases without a touchpoint go from
-- `(start)` to `(conversion)` and are on no channel.
SELECT
  channel,
  sumIf(observed, from_state = '(start)') AS starts,
  sumIf(observed, to_state = '(conversion)') AS closes,
  sumIf(observed, to_state = '(null)') AS lapses,
  sumIf(observed, to_state = channel) - sumIf(observed, from_state = channel) AS open
FROM bi_transitions
ARRAY JOIN arrayDistinct([from_state, to_state]) AS channel
WHERE channel NOT IN ('(start)', '(conversion)', '(null)')
GROUP BY channel
ORDER BY starts DESC, channel
