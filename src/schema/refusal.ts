// The slow path: what the contract says of a record that the hand validator did not accept. It is
// exact and costs some microseconds; it decides alone, also in favour of a record.
import type { z } from 'zod'
import type { RejectionReason } from '../core/event.ts'
import { checkOf, firstCheck, reasonOf } from './checks.ts'
import type { Check } from './checks.ts'
import { wireEventSchema } from './event-schema.ts'
import { exceedsJsonBytes } from './json-size.ts'
import { METADATA_BYTES_MAX } from './limits.ts'

type Issue = z.core.$ZodIssue
export type FieldPath = readonly PropertyKey[]

export interface Refusal {
  readonly reason: RejectionReason
  /** The field that decided; empty: the value as a whole. */
  readonly path: FieldPath
}

/** The failed checks with their fields. */
const collect = (issues: readonly Issue[], at: FieldPath, failed: Map<Check, FieldPath>): void => {
  for (const issue of issues) {
    const path = [...at, ...issue.path]
    const branches = issue.code === 'invalid_union' && path.length === 1 ? issue.errors : []
    if (path[0] === 'metadata' && branches[0] !== undefined) {
      // The first branch is the object; the others say only that it is neither null nor ''.
      collect(branches[0], path, failed)
    } else {
      const check = checkOf(issue.message, path)
      if (!failed.has(check)) failed.set(check, path)
    }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/**
 * Why the contract refuses `value` (any JSON value): the first reason in the order of DETAILS;
 * null: valid.
 */
export const refusalOf = (value: unknown): Refusal | null => {
  if (!isObject(value)) return { reason: 'invalid_json', path: [] }
  const failed = new Map<Check, FieldPath>()
  const result = wireEventSchema.safeParse(value)
  if (!result.success) collect(result.error.issues, [], failed)
  // Counted on the value as sent: zod leaves out a key named __proto__.
  const metadata = value['metadata']
  if (isObject(metadata) && exceedsJsonBytes(metadata, METADATA_BYTES_MAX)) {
    failed.set('metadata_too_large', ['metadata'])
  }
  if (result.success && failed.size === 0) return null
  const check = firstCheck(failed)
  return { reason: reasonOf(check), path: failed.get(check)! }
}
