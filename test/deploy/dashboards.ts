// The Grafana dashboards as their files have them.
import { readFileSync } from 'node:fs'
import { filesIn } from '../house/repository.ts'

interface Source {
  readonly type: string
  readonly uid: string
}

interface Target {
  readonly refId: string
  readonly datasource: Source
  readonly expr?: string
  readonly rawSql?: string
}

export interface Panel {
  readonly id: number
  readonly type: string
  readonly title: string
  readonly description?: string
  readonly datasource?: Source
  readonly gridPos: {
    readonly x: number
    readonly y: number
    readonly w: number
    readonly h: number
  }
  readonly targets?: readonly Target[]
}

interface Variable {
  readonly name: string
  readonly datasource: Source
  readonly query: string | { readonly query: string }
}

export interface Dashboard {
  readonly id?: unknown
  readonly uid: string
  readonly description: string
  readonly schemaVersion: number
  readonly templating: { readonly list: readonly Variable[] }
  readonly panels: readonly Panel[]
}

const ROOT = new URL('../../', import.meta.url)

/** File name -> dashboard. */
export const DASHBOARDS: ReadonlyMap<string, Dashboard> = new Map(
  filesIn('deploy/grafana/dashboards/', '.json').map(({ name }) => [
    name,
    JSON.parse(readFileSync(new URL(name, ROOT), 'utf8')) as Dashboard,
  ]),
)

/** A query with where it stands, for messages. */
export interface Query {
  readonly where: string
  readonly text: string
}

export const panelsOf = ({ panels }: Dashboard): readonly Panel[] =>
  panels.filter(({ type }) => type !== 'row')

/** The PromQL or SQL of all panels. */
export const queriesOf = (dashboard: Dashboard, kind: 'expr' | 'rawSql'): Query[] =>
  panelsOf(dashboard).flatMap(({ title, targets = [] }) =>
    targets.flatMap((target) => {
      const text = target[kind]
      return text === undefined ? [] : [{ where: `${dashboard.uid}: ${title}`, text }]
    }),
  )
