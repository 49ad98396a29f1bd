-- Which variant of a show gets more clicks, and which larger orders?
-- Read: one line per variant and currency of the last show. Tag views, clicks and their rate are
-- those of the variant, the same in each of its currencies; orders, GMV and the average order value
-- are those of the currency.
-- Beware: rates and averages do not add up: build them anew from sums, as here. Unless people were
-- given their variant by lot, a difference may be one between the people.
WITH
  -- The last one that showed a product tag, else the last of all.
  (SELECT argMax(live_event_id, (tag_views > 0, minute)) FROM bi_live_minutes WHERE events > 0)
    AS last_show,
  clicks AS (
    SELECT
      m.variant AS variant,
      sum(m.tag_views) AS tag_views,
      sum(m.tag_clicks) AS tag_clicks
    FROM bi_live_minutes AS m
    WHERE m.live_event_id = last_show AND m.variant != ''
    GROUP BY variant
  ),
  sales AS (
    SELECT
      m.variant AS variant,
      m.currency AS currency,
      sum(m.orders) AS orders,
      sum(m.gmv) AS gmv
    FROM bi_live_minutes AS m
    WHERE m.live_event_id = last_show AND m.orders != 0
    GROUP BY variant, currency
  )
SELECT
  variant,
  tag_views,
  tag_clicks,
  round(toDecimal128(100 * tag_clicks, 6) / nullIf(tag_views, 0), 2) AS tag_click_percent,
  currency,
  orders,
  gmv,
  round(toDecimal128(gmv, 6) / nullIf(orders, 0), 2) AS average_order_value
FROM clicks
LEFT JOIN sales USING (variant)
ORDER BY variant, currency
