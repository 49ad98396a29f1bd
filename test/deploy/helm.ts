// Helm for the tests of the chart: where it cannot be had, one skipped test says so.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, it } from 'vitest'
import { parseAllDocuments } from 'yaml'
import { requireHelm } from '../../deploy/helm/obtain.mjs'
import { Unavailable } from '../../deploy/local/unavailable.mjs'

export interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string }
  readonly spec: Readonly<Record<string, unknown>>
}

export interface Helm {
  /** Exit code, and both outputs. */
  run(...args: readonly string[]): { readonly code: number; readonly output: string }
  /** What would be installed. Throws what Helm says where it refuses. */
  render(values?: object): readonly Manifest[]
}

const CHART = fileURLToPath(new URL('../../deploy/helm/tributary', import.meta.url))

/** `describe`, given Helm and the chart. */
export function describeWithHelm(title: string, suite: (helm: Helm, chart: string) => void): void {
  let program = ''
  let reason = ''
  try {
    program = requireHelm((line: string) => process.stderr.write(`${line}\n`))
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error
    reason = error.message
  }
  describe(title, () => {
    if (program === '') return it.skipIf(true)(reason, () => undefined)
    const call = (args: readonly string[], input = '') =>
      spawnSync(program, args, { input, encoding: 'utf8' })
    suite(
      {
        run: (...args) => {
          const { status, stdout, stderr } = call(args)
          return { code: status ?? 1, output: stdout + stderr }
        },
        render: (values = {}) => {
          const args = ['template', 'shop', CHART, '--namespace', 'live', '--values', '-']
          const { status, stdout, stderr } = call(args, JSON.stringify(values))
          if (status !== 0) throw new Error(stderr)
          return parseAllDocuments(stdout).map((document) => document.toJS() as Manifest)
        },
      },
      CHART,
    )
  })
}
