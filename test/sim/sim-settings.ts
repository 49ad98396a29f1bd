// The settings of a run by a small number: varied ones, and every tenth such that journeys
// overflow. Each kind is made once: whoever is given the same object may keep what was made for it.
import type { Settings } from '../../src/core/settings.ts'
import { settingsFingerprint } from '../../src/schema/settings-fingerprint.ts'
import { overflowSettingsFor, settingsFor } from '../logs/settings-for.ts'

export const SETTINGS_KINDS = 200

const made = new Map<number, Settings>()

export function settingsOfKind(kind: number): Settings {
  const known = made.get(kind)
  if (known !== undefined) return known
  const settings = kind % 10 === 9 ? overflowSettingsFor(kind) : settingsFor(kind)
  made.set(kind, settings)
  return settings
}

const fingerprints = new Map<number, string>()

/** Of the settings of a kind, as the product makes it. */
export function fingerprintOf(kind: number): string {
  const known = fingerprints.get(kind)
  if (known !== undefined) return known
  const fingerprint = settingsFingerprint(settingsOfKind(kind), 'murmur2')
  fingerprints.set(kind, fingerprint)
  return fingerprint
}

/** A kind whose settings are others. */
export function otherKind(kind: number): number {
  let other = (kind + 1) % SETTINGS_KINDS
  while (fingerprintOf(other) === fingerprintOf(kind)) other = (other + 1) % SETTINGS_KINDS
  return other
}
