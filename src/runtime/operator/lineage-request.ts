// Where a lineage is asked to begin: what is refused, and what is lost or counted twice.
import { TributaryError } from '../../ports/errors.ts'
import type { LineageRow, ProgressRow } from '../../ports/ledger-sink.ts'
import type { LogBounds } from '../../ports/record-source.ts'
import type { Found } from './context.ts'

export interface LineageRequest {
  /** Beside: at the end of what has landed, at the log start, or at an offset. */
  readonly at: 'flushed-through' | 'log-start' | number
  readonly kind: 'beside' | 'instead'
  readonly reason: string
  /** Only `instead`: although the log no longer reaches back to where the old lineages began. */
  readonly losesHistory: boolean
}

export interface Known {
  /** The topic is not the one that has been read. */
  readonly isOther: boolean
  readonly bounds: LogBounds
  readonly others: readonly LineageRow[]
  readonly found: Found
  /** What of the state is gone; null: nothing. */
  readonly damage: string | null
  readonly progress: readonly ProgressRow[]
}

/** Offset all of whose rows have landed, or will have before the state is given up. */
const flushedThrough = ({ found, damage, progress }: Known): number | null => {
  const landed = progress.map((row) => row.flushedThrough)
  if (found.meta !== null && damage === null) landed.push(found.meta.next)
  return landed.length === 0 ? null : Math.max(...landed)
}

export function baseOf({ at }: LineageRequest, known: Known): number {
  const { low, high } = known.bounds
  if (at === 'log-start') return low
  if (at === 'flushed-through') refuseOtherTopic(known)
  const base = at === 'flushed-through' ? flushedThrough(known) : at
  if (base !== null && base >= low && base <= high) return base
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    base === null
      ? 'Nothing is known of what has landed in ClickHouse.'
      : `A lineage cannot begin at ${base}: the log holds ${low} to ${high}.`,
    { hint: 'Begin at the log start (--at log-start) or at an offset that the log holds.' },
  )
}

/** Where the old topic ended, something else may be by now, or nothing yet. */
function refuseOtherTopic({ isOther }: Known): void {
  if (!isOther) return
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    'The topic is another one than has been read: how far that was tells nothing of this one.',
    { hint: 'Begin at the log start (--at log-start) or at an offset of this topic.' },
  )
}

export function refuseLostHistory({ kind, losesHistory }: LineageRequest, known: Known): void {
  if (kind === 'beside' || losesHistory) return
  const { low } = known.bounds
  const reached = Math.min(...known.others.map(({ baseOffset }) => baseOffset))
  if (low <= reached) return
  throw new TributaryError(
    'TRIBUTARY_USAGE',
    `The log begins at ${low}, the numbers in force at ${reached}: a rebuild would lose them.`,
    { hint: 'Give --lose-history to rebuild from what is left, or keep them: `admin lineage`.' },
  )
}

export function warningsOf(request: LineageRequest, known: Known, baseOffset: number): string[] {
  const { found, damage, others, bounds } = known
  const warnings: string[] = []
  const landed = flushedThrough(known)
  if (damage !== null) {
    warnings.push(`the state is damaged (${damage}); rows of it that have not landed are lost`)
  }
  if (request.kind === 'beside') {
    if (found.meta === null || found.meta.journeys > 0) warnings.push('open journeys are lost')
    if (landed !== null && baseOffset < landed) {
      warnings.push(`offsets ${baseOffset} to ${landed - 1} are counted twice if they are the same`)
    }
    if (landed !== null && baseOffset > landed) {
      warnings.push(`offsets ${landed} to ${baseOffset - 1} are not counted`)
    }
  } else {
    const gone = others.filter((row) => row.baseOffset < bounds.low)
    if (gone.length > 0) warnings.push(`what lies before ${bounds.low} is lost`)
  }
  return warnings
}
