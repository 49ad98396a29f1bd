// The slow path: what the contract says of a record that the hand validator did not accept. It is exact and
// costs some microseconds; it decides alone, also in favour of a record.
import type { z } from 'zod'
import type { RejectionReason } from '../core/event.ts'
import { firstReason } from './checks.ts'
import { wireEventSchema } from './event-schema.ts'
import { exceedsJsonBytes } from './json-size.ts'
import { METADATA_BYTES_MAX } from './limits.ts'

type Issue = z.core.$ZodIssue

/** Names of the failed checks, those inside the branches of a union too. */
const collect = (issues: readonly Issue[], failed: Set<string>): void => {
  for (const issue of issues) {
    failed.add(issue.message)
    if (issue.code === 'invalid_union') for (const branch of issue.errors) collect(branch, failed)
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Why the contract refuses `value` (any JSON value), the first reason in the order of DETAILS; null: it is valid. */
export const refusalOf = (value: unknown): RejectionReason | null => {
  if (!isObject(value)) return 'invalid_json'
  const failed = new Set<string>()
  const result = wireEventSchema.safeParse(value)
  if (!result.success) collect(result.error.issues, failed)
  // Counted on the value as sent: zod leaves out a key named __proto__.
  const metadata = value['metadata']
  if (isObject(metadata) && exceedsJsonBytes(metadata, METADATA_BYTES_MAX)) {
    failed.add('metadata_too_large')
  }
  if (result.success && failed.size === 0) return null
  return firstReason(failed) ?? 'invalid_json'
}
