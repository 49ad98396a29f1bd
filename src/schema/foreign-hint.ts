// Whose name an action type is, when it is none of ours: what `tributary check` hints at. An
// unknown action is valid and counted, but a conversion under a foreign name makes no conversion.
import { WELL_KNOWN_ACTIONS } from './actions.ts'
import { FOREIGN_ACTIONS, PLATFORMS } from './foreign-actions.ts'

export interface ForeignHint {
  /** Names of the platforms that call it so, in the order of the mappings. */
  readonly platforms: readonly string[]
  /** Our `action_type`. */
  readonly action: string
}

const HINTS: ReadonlyMap<string, ForeignHint> = new Map(
  [...new Set(FOREIGN_ACTIONS.map(({ event }) => event))]
    .filter((event) => !Object.hasOwn(WELL_KNOWN_ACTIONS, event))
    .map((event) => {
      const named = FOREIGN_ACTIONS.filter((row) => row.event === event)
      const platforms = named.map(({ platform }) => PLATFORMS[platform])
      return [event, { platforms, action: named[0]!.action }]
    }),
)

/** null: one of ours, or nobody's that we know. */
export const foreignHint = (actionType: string): ForeignHint | null => HINTS.get(actionType) ?? null
