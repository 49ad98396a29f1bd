// `tributary version`: what runs here, for reports of problems.
import { readFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { jsonOption } from './options.ts'

export function versionCommand() {
  return new Command('version')
    .description('print the versions of tributary and of Node')
    .addOption(jsonOption())
    .action(({ json }) => {
      const versions = { tributary: packageVersion(), node: process.versions.node }
      process.stdout.write(
        json
          ? `${JSON.stringify(versions)}\n`
          : `tributary ${versions.tributary} (node ${versions.node})\n`,
      )
    })
}

/** The version in package.json, two levels above both `src/cli` and `dist/cli`. */
export function packageVersion(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(text) as { version: string }).version
}
