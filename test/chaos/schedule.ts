// Which faults a run brings about, in which order: decided by the seed alone. What the machine
// makes of the moments is its own; the numbers are not.
import type { Draw } from '../logs/moves.ts'
import { createDraw, shuffled } from '../logs/moves.ts'
import { FAIL_POINT_NAMES, planKill } from './fail-points.ts'
import type { Kill } from './fail-points.ts'

export interface Amounts {
  readonly kills: number
  readonly rewinds: number
  readonly outages: number
  readonly rebalances: number
  readonly zombies: number
}

/** Each service in turn, and each of its troubles in turn. */
const OUTAGES_OF = {
  redis: [
    'redis stalled',
    'redis out of memory',
    'redis read-only',
    'redis loading',
    'redis killed',
  ],
  clickhouse: [
    'clickhouse killed',
    'clickhouse slow',
    'clickhouse stalled',
    'clickhouse insert late',
    'clickhouse insert cut off',
    'clickhouse reply lost',
  ],
  kafka: ['broker killed'],
} as const
export type Outage = (typeof OUTAGES_OF)[keyof typeof OUTAGES_OF][number]
export const OUTAGE_NAMES: readonly Outage[] = Object.values(OUTAGES_OF).flat()

export type ServiceFault = Outage | 'redis rewound' | 'audit'
export type MemberFault = 'rebalance' | 'zombie'

export interface Schedule {
  readonly kills: readonly Kill[]
  readonly services: readonly ServiceFault[]
  readonly members: readonly MemberFault[]
}

/** Beside so many faults of services runs an audit. */
const FAULTS_PER_AUDIT = 12

export function planFaults(seed: number, amounts: Amounts): Schedule {
  const draw = createDraw(seed)
  const points = Array.from(
    { length: amounts.kills },
    (_, i) => FAIL_POINT_NAMES[i % FAIL_POINT_NAMES.length]!,
  )
  const outages = planOutages(amounts.outages, draw)
  const rewinds = Array.from({ length: amounts.rewinds }, () => 'redis rewound' as const)
  const faults: ServiceFault[] = shuffled([...outages, ...rewinds], draw)
  const services = faults.flatMap((fault, i) =>
    i % FAULTS_PER_AUDIT === FAULTS_PER_AUDIT / 2 || i === faults.length - 1
      ? [fault, 'audit' as const]
      : [fault],
  )
  const members: MemberFault[] = [
    ...Array.from({ length: amounts.rebalances }, () => 'rebalance' as const),
    ...Array.from({ length: amounts.zombies }, () => 'zombie' as const),
  ]
  return {
    kills: shuffled(points, draw).map((point) => planKill(point, draw)),
    services,
    members: shuffled(members, draw),
  }
}

function planOutages(count: number, draw: Draw): Outage[] {
  const lists = Object.values(OUTAGES_OF).map((kinds) => shuffled([...kinds], draw))
  // ClickHouse and Redis fail in more ways than the broker, which takes longest to come back.
  const turns = [0, 1, 2, 1, 0]
  const taken = lists.map(() => 0)
  return Array.from({ length: count }, (_, i) => {
    const list = turns[i % turns.length]!
    const kinds = lists[list]!
    return kinds[taken[list]!++ % kinds.length]!
  })
}
