// Imports point one way (DESIGN section 12): core <- schema <- ports <- runtime; core, schema,
// ports <- adapters; all <- cli, main. Configuration reaches code as arguments, so only cli and
// main import it.
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { filesIn, importsOf } from './repository.ts'

const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: ['core'],
  schema: ['core', 'schema'],
  ports: ['core', 'schema', 'ports'],
  runtime: ['core', 'schema', 'ports', 'runtime'],
  adapters: ['core', 'schema', 'ports', 'adapters'],
  config: ['core', 'schema', 'ports', 'config'],
  cli: ['core', 'schema', 'ports', 'runtime', 'adapters', 'config', 'cli'],
  'main.ts': ['core', 'schema', 'ports', 'runtime', 'adapters', 'config', 'cli'],
}

const layerOf = (file: string): string => file.split('/')[1] ?? ''

/** `undefined`: allowed. */
function violation(file: string, specifier: string): string | undefined {
  const layer = layerOf(file)
  const allowed = MAY_IMPORT[layer]
  if (allowed === undefined) return `${file}: src/${layer} is no layer`
  if (!specifier.startsWith('.')) {
    const isPure = layer === 'core' || (layer === 'runtime' && specifier.startsWith('node:'))
    return isPure ? `${file}: ${layer} imports ${specifier}` : undefined
  }
  const target = path.posix.join(path.posix.dirname(file), specifier)
  if (!target.startsWith('src/')) return `${file}: imports ${target} from outside of src`
  const to = layerOf(target)
  return allowed.includes(to) ? undefined : `${file}: ${layer} imports ${to} (${specifier})`
}

const sources = filesIn('src/', '.ts')

describe('imports', () => {
  it('point one way', () => {
    const wrong = sources.flatMap(({ name, text }) =>
      importsOf(text).flatMap((specifier) => violation(name, specifier) ?? []),
    )
    expect(wrong).toEqual([])
  })

  it('name files with their .ts ending', () => {
    const wrong = sources.flatMap(({ name, text }) =>
      importsOf(text)
        .filter((specifier) => specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier))
        .map((specifier) => `${name}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it('of a core that reads a clock, of an adapter that reads the configuration are found', () => {
    const found = (file: string, line: string) =>
      importsOf(line).map((specifier) => violation(file, specifier))
    expect(found('src/core/a.ts', "import fs from 'node:fs'")).not.toEqual([undefined])
    expect(found('src/core/a.ts', "import { x } from '../ports/clock.ts'")).not.toEqual([undefined])
    expect(
      found('src/adapters/x/a.ts', "import type { C } from '../../config/config.ts'"),
    ).not.toEqual([undefined])
    expect(found('src/runtime/a.ts', "export * from '../adapters/x/b.ts'")).not.toEqual([undefined])
    expect(found('src/cli/a.ts', "await import('../adapters/x/b.ts')")).toEqual([undefined])
  })

  it('are found in more than a hundred files', () => {
    expect(sources.flatMap(({ text }) => importsOf(text)).length).toBeGreaterThan(100)
  })
})
