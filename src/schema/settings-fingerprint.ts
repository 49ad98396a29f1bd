// What f depends on, in one value: kept with the state and compared at each start, so that state
// made under other settings or by other logic is never continued silently (DESIGN section 8).
import { createHash } from 'node:crypto'
import type { Settings } from '../core/settings.ts'
import type { PartitionerName } from './partitioners.ts'

/** Raised whenever the same records and settings would give other numbers or other state bytes. */
export const LOGIC_VERSION = 1

/** JSON with the keys of every object sorted, so that their order in a file means nothing. */
const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value)
      .filter(([, field]) => field !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, field]) => `${JSON.stringify(key)}:${canonicalJson(field)}`)
    return `{${entries.join(',')}}`
  }
  return JSON.stringify(value)
}

/**
 * The first 16 bytes, in hex, of SHA-256 over the logic version, how producers place keys ('' for
 * files, which have none), and the canonical JSON of the settings.
 */
export const settingsFingerprint = (
  settings: Settings,
  partitioner: PartitionerName | '',
): string =>
  createHash('sha256')
    .update(`${LOGIC_VERSION}\n${partitioner}\n${canonicalJson(settings)}`)
    .digest('hex')
    .slice(0, 32)
