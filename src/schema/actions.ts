// Well-known action types. The list is open: an unknown action is accepted and counted, and only
// labelled `other` in metrics, so that a producer cannot multiply the series of a time-series
// database.

/** Action types by what they are for, each with its meaning. */
export const WELL_KNOWN_ACTIONS: Readonly<Record<string, string>> = {
  view: 'saw an ad, a post, a page or a live show',
  pause: 'paused a video',
  resume: 'went on with a paused video',
  complete: 'watched a video to its end',
  comment: 'wrote a comment; `live_minutes.comments`',
  like: 'liked',
  share: 'shared',
  follow: 'followed a creator or a shop',
  click: 'clicked a link or an ad',
  swipe_up: 'swiped up to the shop',
  ar_try_on: 'tried a product on in augmented reality',
  search: 'searched',
  product_view: 'looked at a product',
  tag_view: 'was shown a product tag in a live show; `live_minutes.tag_views`',
  tag_click: 'clicked a product tag in a live show; `live_minutes.tag_clicks`',
  add_to_cart: 'put into the cart; `live_minutes.add_to_carts`',
  remove_from_cart: 'took out of the cart',
  add_to_wishlist: 'put onto a wish list',
  checkout: 'began to check out',
  add_payment_info: 'gave the details of a payment',
  purchase: 'bought: the goal that closes a path by default',
  refund: 'got money back for the purchase of the same `transaction_id`',
  lead: 'left contact details: a goal that does not close a path',
  signup: 'made an account: a goal that does not close a path',
  subscribe: 'subscribed: a goal that does not close a path',
  heartbeat: 'is still watching: no touch, counted in `activity` and `live_minutes`',
}
