-- Grain: one row per outcome and reason, over all booked hours. Ticks are left out: the sum is the
-- number of records that producers sent.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_intake{on_cluster} (
  outcome LowCardinality(String) COMMENT 'applied, duplicate, late, overflow or rejected',
  reason LowCardinality(String) COMMENT 'Why it was rejected; empty otherwise',
  records Int64 COMMENT 'Records with this outcome [records]'
) DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
  a.outcome AS outcome,
  a.reason AS reason,
  sum(a.records) AS records
FROM intake AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
  AND a.outcome != 'tick'
GROUP BY outcome, reason
HAVING records != 0
COMMENT 'What became of every record: one row per outcome, reason';
