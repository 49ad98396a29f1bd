// What a run found, for a person.

export interface Report {
  readonly seed: number
  /** Of all partitions: records, control records, aborted ones, and what nobody can decode. */
  readonly offsets: number
  /** Those that have an outcome. */
  readonly records: number
  /** `outcome` or `rejected reason`: how often. */
  readonly counts: Readonly<Record<string, number>>
  readonly halts: number
  readonly skips: number
  readonly deadLetters: number
  readonly deadLettersCut: number
  readonly deadLettersTwice: number
  readonly ledgerRows: number
  /** The most that a worker had resident. */
  readonly residentMb: number
  readonly seconds: number
  readonly differing: number
  /** The first of them. */
  readonly differences: readonly string[]
}

export function reportText(report: Report): string {
  const { counts, differing, differences, seed, ...figures } = report
  const words: Record<keyof typeof figures, string> = {
    offsets: 'offsets in the log',
    records: 'records with an outcome',
    halts: 'halts',
    skips: 'batches skipped by an operator',
    deadLetters: 'dead letters',
    deadLettersCut: 'of them cut',
    deadLettersTwice: 'of them sent more than once',
    ledgerRows: 'rows in the ledger',
    residentMb: 'MB resident at most',
    seconds: 'seconds',
  }
  const line = (count: number, text: string): string => `${String(count).padStart(9)} ${text}\n`
  const all = Object.entries(words).map(([name, text]) =>
    line(figures[name as keyof typeof figures], text),
  )
  const outcomes = Object.entries(counts).map(([name, count]) => line(count, name))
  const verdict =
    differing === 0
      ? 'every outcome, dead letter and total is as the contract says\n'
      : `${differing} differences; the first:\n${differences.map((one) => `  ${one}\n`).join('')}`
  const again = `again: npm run bad-input -- --seed ${seed}\n`
  return `${all.join('')}\n${outcomes.join('')}\n${verdict}${again}`
}
