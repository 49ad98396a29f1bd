// What may be asked of `npm run bad-input`.
import { parseArgs } from 'node:util'

export interface Given {
  readonly records: number
  readonly seed: number
  readonly json: boolean
}

export const USAGE = 'usage: npm run bad-input -- [--records N, from 1000] [--seed S] [--json]'
const RECORDS = '200000'
const RECORDS_MIN = 1_000
const SEEDS = 1_000_000

/** null: it makes no sense. Without a seed another one each time. */
export function readArguments(args: readonly string[]): Given | null {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        records: { type: 'string', default: RECORDS },
        seed: { type: 'string', default: String(Date.now() % SEEDS) },
        json: { type: 'boolean', default: false },
      },
    })
    const { records, seed, json } = values
    const isNumber = [records, seed].every((text) => /^\d{1,9}$/.test(text))
    if (!isNumber || Number(records) < RECORDS_MIN) return null
    return { records: Number(records), seed: Number(seed), json }
  } catch {
    return null
  }
}
