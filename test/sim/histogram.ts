// What came about in many runs, by kind: faults, halts and the ways on from them, what became of
// the records, what the workers did. Runs name what they count: see the README.
import { COUNTS } from '../../src/ports/telemetry.ts'

const COLUMNS = 100
const INDENT = 12
const BY_WORKERS: ReadonlySet<string> = new Set<string>(COUNTS)
const OF_RECORDS: ReadonlySet<string> = new Set(['lapses', 'retractions'])

/** Groups in the order in which they are told, with what the names in them begin with. */
const GROUPS: readonly (readonly [title: string, prefix: string])[] = [
  ['causes', 'cause '],
  ['halts', 'halt '],
  ['ways on', 'way on: '],
  ['ended', 'ended '],
  ['records', 'records '],
]

/** The most frequent first, in lines of at most 100 columns. */
export function histogram(counts: Readonly<Record<string, number>>): string {
  const groups = new Map<string, [string, number][]>([['faults', []]])
  for (const [title] of GROUPS) groups.set(title, [])
  groups.set('workers', [])
  for (const [name, times] of Object.entries(counts)) {
    const [title, short] = placeOf(name)
    groups.get(title)!.push([short, times])
  }
  return [...groups]
    .filter(([, entries]) => entries.length > 0)
    .map(([title, entries]) => paragraph(title, entries))
    .join('\n')
}

function placeOf(name: string): [title: string, short: string] {
  const group = GROUPS.find(([, prefix]) => name.startsWith(prefix))
  if (group !== undefined) return [group[0], name.slice(group[1].length)]
  if (OF_RECORDS.has(name)) return ['records', name]
  return [BY_WORKERS.has(name) ? 'workers' : 'faults', name]
}

function paragraph(title: string, entries: readonly [string, number][]): string {
  const sorted = entries.toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
  const lines = [title.padEnd(INDENT)]
  for (const [i, [name, times]] of sorted.entries()) {
    const word = `${name} ${thousands(times)}${i < sorted.length - 1 ? ', ' : ''}`
    const isFull = lines.at(-1)!.length + word.trimEnd().length > COLUMNS
    if (isFull) lines.push(' '.repeat(INDENT))
    lines[lines.length - 1] += word
  }
  return lines.map((line) => line.trimEnd()).join('\n')
}

export const thousands = (number: number): string =>
  String(number).replaceAll(/\B(?=(?:\d{3})+$)/g, ',')
