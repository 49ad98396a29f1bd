// Mistakes in the configuration: collected from every source and shown all at once, one line each.
import { closest, distance } from 'fastest-levenshtein'
import { TributaryError } from '../ports/errors.ts'

/** One line: where (`TRIBUTARY_LATENESS`, `tributary.yaml: lateness`) and what was expected. */
export interface Mistake {
  readonly where: string
  readonly what: string
}

export class ConfigError extends TributaryError {
  readonly mistakes: readonly Mistake[]

  constructor(mistakes: readonly Mistake[]) {
    const lines = mistakes.map(({ where, what }) => `\n  ${where}: ${what}`)
    const count = mistakes.length === 1 ? '1 mistake' : `${mistakes.length} mistakes`
    super('TRIBUTARY_CONFIG', `the configuration has ${count}:${lines.join('')}`, {
      hint: '`tributary config table -` lists every setting with its default',
    })
    this.mistakes = mistakes
  }
}

/** `; did you mean X?` for the nearest of the known names, or '' when none is near. */
export function didYouMean(unknown: string, known: readonly string[]): string {
  const nearest = closest(unknown, known)
  const near = distance(unknown, nearest) <= Math.max(2, unknown.length / 3)
  return near ? `; did you mean ${nearest}?` : ''
}

/** A value as it may be shown in a mistake: short, on one line. */
export function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
