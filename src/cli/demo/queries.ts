// Every number that the demo shows, as SQL on the views: what stands here can be asked again with
// `tributary sql` on the folder that the demo leaves. Counts come back as text of integers, money
// and shares of conversions as decimals without zeros at the end.
import { CURRENCIES_BY_DIGITS } from '../../schema/currencies.ts'

const codes = (digits: 0 | 3 | 4): string => `('${CURRENCIES_BY_DIGITS[digits].join("', '")}')`
const CURRENCY_DIGITS = `multiIf(currency IN ${codes(0)}, 0, currency IN ${codes(3)}, 3,
    currency IN ${codes(4)}, 4, 2)`

export const QUERIES = {
  /**
   * Records in all (level 3), by outcome (1), by outcome and reason (0): level, outcome, reason,
   * records.
   */
  intake: `SELECT grouping(outcome, reason) AS level, outcome, reason, sum(records) FROM bi_intake
    GROUP BY GROUPING SETS ((), (outcome), (outcome, reason)) ORDER BY 4 DESC, outcome, reason`,

  /** The hour that stream time has reached. */
  streamHour: `SELECT max(booked_hour) FROM bi_intake_booked`,

  /**
   * By goal (level 1), by goal and currency (0): level, goal, currency, conversions, net value,
   * refunds, refunds without an order.
   */
  conversions: `SELECT grouping(goal, currency) AS level, goal, currency,
      sum(conversions), sum(value), sum(refunds), sum(refund_unmatched)
    FROM bi_conversions GROUP BY GROUPING SETS ((goal), (goal, currency))
    ORDER BY goal, 4 DESC, currency`,

  /** Touchpoints, converted, lapsed and open paths. */
  paths: `SELECT sumIf(observed, to_state NOT IN ('(conversion)', '(null)')),
      sumIf(observed, to_state = '(conversion)'), sumIf(observed, to_state = '(null)'),
      sumIf(observed, from_state = '(start)') - sumIf(observed, to_state IN ('(conversion)', '(null)'))
    FROM bi_transitions`,

  /**
   * Live event, first and last minute with product tags on screen, viewers, comments, orders,
   * orders after the show. A viewer is new once, so new viewers add up to distinct ones.
   */
  shows: `SELECT live_event_id, minIf(minute, tag_views > 0), maxIf(minute, tag_views > 0),
      sum(new_viewers), sum(comments), sum(orders), sum(post_live_orders)
    FROM bi_live_minutes GROUP BY live_event_id HAVING sum(tag_views) > 0 ORDER BY 2, live_event_id`,

  /** Live event, currency, orders, GMV, AOV, refunds, orders and GMV after the show. */
  orders: `SELECT live_event_id, currency, sum(orders), sum(gmv),
      round(sum(gmv) / nullIf(sum(orders), 0), ${CURRENCY_DIGITS}),
      sum(refunds), sum(post_live_orders), sum(post_live_gmv)
    FROM bi_live_minutes GROUP BY live_event_id, currency
    HAVING sum(orders) != 0 OR sum(post_live_orders) != 0 ORDER BY live_event_id, currency`,

  /** Live event, variant, viewers, tag views, tag clicks, clicks per 100 views, carts, orders. */
  variants: `SELECT live_event_id, variant, sum(new_viewers), sum(tag_views), sum(tag_clicks),
      round(toDecimal128(100 * sum(tag_clicks), 6) / nullIf(sum(tag_views), 0), 1),
      sum(add_to_carts), sum(orders)
    FROM bi_live_minutes WHERE variant != '' GROUP BY live_event_id, variant
    ORDER BY live_event_id, variant`,

  /**
   * Minute, viewers, GMV in one currency, without a gap from the first to the last minute asked
   * for. Viewers add up over variants here, since each person of the demo sees one of them.
   */
  minutes: `SELECT minute, sumIf(viewers, variant != ''), sumIf(gmv, currency = {currency:String})
    FROM bi_live_minutes WHERE live_event_id = {show:String}
      AND minute BETWEEN {begin:DateTime('UTC')} AND {end:DateTime('UTC')} + INTERVAL 3 MINUTE
    GROUP BY minute ORDER BY minute WITH FILL STEP INTERVAL 1 MINUTE`,

  /** Channel, model, purchases credited, net value credited in one currency. */
  credits: `SELECT channel, model, sum(conversions), sumIf(value, currency = {currency:String})
    FROM bi_credits WHERE goal = 'purchase' GROUP BY channel, model ORDER BY channel, model`,
} as const
