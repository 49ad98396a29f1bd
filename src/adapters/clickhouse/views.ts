// The views that people query and that `replay` writes as CSV: their dimensions and measures in the
// order in which they are shown. schemas/clickhouse/ defines them; a test holds the two together.

export interface ViewSpec {
  readonly name: string
  readonly dimensions: readonly string[]
  readonly measures: readonly string[]
}

const view = (name: string, dimensions: string, measures: string): ViewSpec => ({
  name,
  dimensions: dimensions.split(' '),
  measures: measures.split(' '),
})

export const VIEWS: readonly ViewSpec[] = [
  view(
    'bi_credits',
    'goal model channel campaign currency conversion_hour',
    'conversions value refunds touchpoints',
  ),
  view('bi_transitions', 'from_state to_state currency', 'observed settled delay_minutes value'),
  view(
    'bi_paths',
    'path campaigns start_day fold currency',
    'conversions lapses value minutes_to_conversion',
  ),
  view(
    'bi_conversions',
    'goal currency conversion_hour',
    'conversions value attributed refunds refund_unmatched',
  ),
  view(
    'bi_live_minutes',
    'live_event_id minute variant currency',
    'events viewers new_viewers tag_views tag_clicks add_to_carts comments orders units ' +
      'gmv refunds post_live_orders post_live_gmv aov tag_ctr',
  ),
  view('bi_activity', 'event_hour channel campaign action_type', 'events persons'),
  view('bi_intake', 'outcome reason', 'records'),
]
