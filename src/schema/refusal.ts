// The slow path: what the contract says of a record that the hand validator did not accept. It is
// exact and costs some microseconds; it decides alone, also in favour of a record.
import type { z } from 'zod'
import type { RejectionReason } from '../core/event.ts'
import { firstCheck, reasonOf } from './checks.ts'
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

/** Names of the failed checks with their fields, those inside the branches of a union too. */
const collect = (issues: readonly Issue[], at: FieldPath, failed: Map<string, FieldPath>): void => {
  for (const issue of issues) {
    const path = [...at, ...issue.path]
    if (!failed.has(issue.message)) failed.set(issue.message, path)
    if (issue.code === 'invalid_union') {
      for (const branch of issue.errors) collect(branch, path, failed)
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
  const failed = new Map<string, FieldPath>()
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
