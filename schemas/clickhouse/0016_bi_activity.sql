-- Grain: one row per event hour, channel, campaign and action, over all booked hours.
-- No sort key: a view; order by its dimensions where order matters.
-- Dedupe: FINAL inside, rows of active lineages only; rows whose measures are all zero are hidden.
CREATE OR REPLACE VIEW bi_activity{on_cluster} (
  event_hour DateTime('UTC') COMMENT 'Hour of the event, event time [hour, UTC]',
  channel LowCardinality(String) COMMENT 'Channel of the event',
  campaign LowCardinality(String) COMMENT 'Campaign of the event; may be empty',
  action_type LowCardinality(String) COMMENT 'Action of the event',
  events Int64 COMMENT 'Applied events [events]',
  persons Int64 COMMENT 'Distinct persons of the row; not to be added up over hours, channels or actions [persons]'
) DEFINER = CURRENT_USER SQL SECURITY DEFINER AS
SELECT
  a.event_hour AS event_hour,
  a.channel AS channel,
  a.campaign AS campaign,
  a.action_type AS action_type,
  sum(a.events) AS events,
  sum(a.persons) AS persons
FROM activity AS a FINAL
WHERE (a.partition, a.lineage) GLOBAL IN (
    SELECT partition, lineage FROM lineages FINAL WHERE status = 'active'
  )
GROUP BY event_hour, channel, campaign, action_type
HAVING events != 0 OR persons != 0
COMMENT 'Every applied event, counted: one row per event hour, channel, campaign, action';
