// The seven ledger tables: their dimensions and measures, in the order in which they are published.
// One place, used by the core (measures), the ClickHouse adapter (columns) and the tests.

export type TableName =
  'transitions' | 'paths' | 'credits' | 'conversions' | 'live_minutes' | 'activity' | 'intake'

export interface TableSpec {
  readonly name: TableName
  readonly dimensions: readonly string[]
  readonly measures: readonly string[]
  /** Measures whose sums may exceed 2^53 (money in minor units). */
  readonly money: readonly string[]
}

const table = (
  name: TableName,
  dimensions: readonly string[],
  measures: readonly string[],
): TableSpec => ({
  name,
  dimensions,
  measures,
  money: measures.filter((m) => m.endsWith('_minor')),
})

export const TABLES: readonly TableSpec[] = [
  table(
    'transitions',
    ['from_state', 'to_state', 'currency'],
    ['observed', 'settled', 'delay_minutes', 'value_minor'],
  ),
  table(
    'paths',
    ['path', 'campaigns', 'start_day', 'fold', 'currency'],
    ['conversions', 'lapses', 'value_minor', 'minutes_to_conversion'],
  ),
  table(
    'credits',
    ['goal', 'model', 'channel', 'campaign', 'currency', 'conversion_hour'],
    ['conversions_micro', 'value_minor', 'refund_minor', 'touchpoints'],
  ),
  table(
    'conversions',
    ['goal', 'currency', 'conversion_hour'],
    ['count', 'value_minor', 'attributed', 'refund_minor', 'refund_unmatched'],
  ),
  table(
    'live_minutes',
    ['live_event_id', 'minute', 'variant', 'currency'],
    [
      'events',
      'viewers',
      'new_viewers',
      'tag_views',
      'tag_clicks',
      'add_to_carts',
      'comments',
      'orders',
      'units',
      'gmv_minor',
      'refunds_minor',
      'post_live_orders',
      'post_live_gmv_minor',
    ],
  ),
  table('activity', ['event_hour', 'channel', 'campaign', 'action_type'], ['events', 'persons']),
  table('intake', ['outcome', 'reason'], ['records']),
]

/**
 * A published row, in the order: booked_hour, the table's dimensions, lineage, partition, measures,
 * ver. 64-bit integers are decimal strings, times `YYYY-MM-DD hh:mm:ss` (UTC), days `YYYY-MM-DD`,
 * `fold` and `partition` numbers, `path` and `campaigns` arrays of strings: what JSONCompactEachRow
 * takes and, with 64-bit integers quoted, gives back unchanged.
 */
export type LedgerRow = readonly (string | number | readonly string[])[]
