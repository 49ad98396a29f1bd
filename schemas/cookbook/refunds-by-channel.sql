-- From which channels come the orders that are sent back?
-- Read: one line per channel and currency, by the linear model: what was ordered, what was refunded
-- of it, what is left, and the share refunded.
-- Beware: a refund takes credit back from those who got it, in the hour of the order, not of the
-- refund: the newest orders have not been sent back yet. Refunds that match no order are in
-- `bi_conversions.refund_unmatched`.
SELECT
  channel,
  currency,
  sum(c.value) + sum(c.refunds) AS ordered,
  sum(c.refunds) AS refunded,
  sum(c.value) AS kept,
  round(100 * refunded / nullIf(ordered, 0), 1) AS refunded_percent
FROM bi_credits AS c
WHERE goal = 'purchase' AND model = 'linear' AND currency != ''
GROUP BY channel, currency
HAVING ordered != 0
ORDER BY currency, refunded DESC, channel
