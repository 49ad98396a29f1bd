// What a run has shown: figures for people and, with the same names, for programs; and whether it
// has shown enough: a run in which nothing was forgotten or fenced off proves little.
import { FAIL_POINT_NAMES } from './fail-points.ts'
import type { Amounts } from './schedule.ts'

export interface Report {
  readonly seed: number
  readonly asked: Amounts
  /** By name, how often each fault came about. */
  readonly faults: Readonly<Record<string, number>>
  /** By name, how many workers died there. */
  readonly fail_points: Readonly<Record<string, number>>
  /** Of the log and of what became of it; none may be zero. */
  readonly seen: Readonly<Record<string, number>>
  /** By reason, how many partitions halted and were led on by an operator. */
  readonly halts: Readonly<Record<string, number>>
  /** By exit code, workers that ended otherwise than by a kill. */
  readonly exits: Readonly<Record<string, number>>
  readonly seconds: number
  readonly drain_seconds: number
  readonly versions: Readonly<Record<string, string>>
  /** What is wrong; none: every row was the oracle's. */
  readonly findings: readonly string[]
}

/** What should have come about and did not. */
export function shortcomings(report: Omit<Report, 'findings'>): string[] {
  const { asked, faults, fail_points: points, seen } = report
  const unlikely = new Set([
    ...(asked.rewinds === 0 ? ['rewinds seen'] : []),
    ...(asked.rewinds + asked.zombies === 0 ? ['fenced off'] : []),
  ])
  const nothing = Object.entries(seen)
    .filter(([name, count]) => count === 0 && !unlikely.has(name))
    .map(([name]) => `${name}: none was seen`)
  const wanted: [string, number, number][] = [
    ['rewinds', asked.rewinds, faults['redis rewound'] ?? 0],
    ['rebalances', asked.rebalances, faults['rebalance'] ?? 0],
    ['zombies', asked.zombies, faults['zombie'] ?? 0],
    ...FAIL_POINT_NAMES.map((name): [string, number, number] => [
      `kills at ${name}`,
      Math.floor(asked.kills / FAIL_POINT_NAMES.length),
      points[name] ?? 0,
    ]),
  ]
  const few = wanted
    .filter(([, least, count]) => count < least)
    .map(([name, least, count]) => `${name}: ${count} instead of ${least}`)
  return [...nothing, ...few]
}

export function reportText(report: Report): string {
  const lines = (title: string, figures: Readonly<Record<string, number | string>>): string => {
    const rows = Object.entries(figures).map(([name, figure]) => `  ${name.padEnd(32)} ${figure}`)
    return [`${title}:`, ...rows].join('\n')
  }
  const { findings } = report
  const verdict =
    findings.length === 0
      ? 'every row is the oracle’s'
      : `${findings.length} findings:\n${findings.map((one) => `- ${one}`).join('\n')}`
  return [
    `seed ${report.seed}, ${report.seconds} s, drained in ${report.drain_seconds} s`,
    lines('faults', report.faults),
    lines('workers killed at', report.fail_points),
    lines('workers that ended with', report.exits),
    lines('seen', report.seen),
    lines('halts', report.halts),
    lines('versions', report.versions),
    verdict,
    '',
  ].join('\n')
}
