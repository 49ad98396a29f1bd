-- Which records were refused, and why?
-- Read: one line per reason, with its share of all that producers sent. What each reason means and
-- how to cure it is in `schemas/REASONS.md`; the records themselves are in the dead-letter topic.
-- Beware: a refused record is in no other number. Records that came too late or twice are outcomes
-- of their own (`SELECT * FROM bi_intake`). By the hour: `bi_intake_booked`.
WITH (SELECT sum(records) FROM bi_intake) AS all_records
SELECT
  reason,
  sum(i.records) AS records,
  round(toDecimal128(100 * sum(i.records), 6) / all_records, 3) AS percent_of_all
FROM bi_intake AS i
WHERE outcome = 'rejected'
GROUP BY reason
ORDER BY records DESC, reason
