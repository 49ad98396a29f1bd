-- Grain: one row per booked hour, outcome and reason: bi_intake with the booked hour, which is the
-- hour of the record by stream time.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_intake_booked{on_cluster} (
  booked_hour DateTime('UTC') COMMENT 'Stream time, floored to the hour, at which the amount was booked [hour, UTC]',
  outcome LowCardinality(String) COMMENT 'applied, duplicate, late, overflow or rejected',
  reason LowCardinality(String) COMMENT 'Why it was rejected; empty otherwise',
  records Int64 COMMENT 'Records with this outcome [records]'
) DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
  a.booked_hour AS booked_hour,
  a.outcome AS outcome,
  a.reason AS reason,
  sum(a.records) AS records
FROM intake AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
  AND a.outcome != 'tick'
GROUP BY booked_hour, outcome, reason
HAVING records != 0
COMMENT 'What became of every record, by the hour: one row per booked hour, outcome, reason';
