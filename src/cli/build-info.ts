// What runs here, for `/buildinfo` and the metric `tributary_build_info`: two workers that differ
// in `logic_version` cannot share a state, two that differ in `schema_version` need `migrate`.
import { readFileSync } from 'node:fs'
import { readMigrations } from '../adapters/clickhouse/migration-files.ts'
import { LOGIC_VERSION } from '../schema/settings-fingerprint.ts'
import { packageVersion } from './version.ts'

/** Its keys are what `/buildinfo` answers. */
export interface BuildInfo {
  readonly version: string
  /** Of the source that was built, as git names it; '': it was built without one, or not at all. */
  readonly revision: string
  readonly node: string
  /** Part of the settings' fingerprint: raised when the same records give other numbers. */
  readonly logic_version: number
  /** Number of the last migration of ClickHouse that this version needs. */
  readonly schema_version: number
}

export async function readBuildInfo(): Promise<BuildInfo> {
  return {
    version: packageVersion(),
    revision: revisionOf(new URL('../build.json', import.meta.url)),
    node: process.version,
    logic_version: LOGIC_VERSION,
    schema_version: (await readMigrations()).length,
  }
}

/** `npm run build` leaves it beside the program; where nothing was built there is none. */
function revisionOf(file: URL): string {
  try {
    return (JSON.parse(readFileSync(file, 'utf8')) as { revision: string }).revision
  } catch {
    return ''
  }
}
