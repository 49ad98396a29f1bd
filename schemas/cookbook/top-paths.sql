-- Which paths lead to a purchase most often?
-- Read: channels in the order of their touchpoints, with the purchases they ended in and the paths
-- of the same channels that ended without one so far. A channel twice in a row: another campaign,
-- or half an hour or more between.
-- Beware: do not divide purchases by lapses. A purchase is counted at once, a lapse only after 30
-- days of silence, so the newest weeks look far too good: take `start_day`s old enough for both.
SELECT
  path,
  length(splitByString(' > ', path)) AS touchpoints,
  sum(p.conversions) AS conversions,
  sum(p.lapses) AS lapses,
  round(toDecimal128(sum(p.minutes_to_conversion), 6) / 60 / nullIf(conversions, 0), 1) AS average_hours
FROM bi_paths AS p
WHERE path != ''
GROUP BY path
HAVING conversions != 0
ORDER BY conversions DESC, path
LIMIT 20
