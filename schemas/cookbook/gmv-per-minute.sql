-- What did a live show sell, minute by minute, and what came after it?
-- Read: one line per currency and minute of the last show: orders placed in it, orders placed up to
-- 72 hours later by people who had been there, and the sum of both so far.
-- Beware: GMV is gross; refunds are a column of their own in `bi_live_minutes`. Currencies do not
-- add up.
WITH
  -- The last one that showed a product tag, else the last of all.
  (SELECT argMax(live_event_id, (tag_views > 0, minute)) FROM bi_live_minutes WHERE events > 0)
    AS last_show
SELECT
  currency,
  minute,
  orders,
  gmv,
  post_live_orders,
  post_live_gmv,
  sum(gmv + post_live_gmv) OVER (PARTITION BY currency ORDER BY minute) AS gmv_so_far
FROM (
  SELECT
    m.currency AS currency,
    m.minute AS minute,
    sum(m.orders) AS orders,
    sum(m.gmv) AS gmv,
    sum(m.post_live_orders) AS post_live_orders,
    sum(m.post_live_gmv) AS post_live_gmv
  FROM bi_live_minutes AS m
  WHERE m.live_event_id = last_show AND m.currency != ''
  GROUP BY currency, minute
)
ORDER BY currency, minute
