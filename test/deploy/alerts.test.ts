// Alert rules: each can fire and can be quiet, names only what a worker has, and leads to its entry
// in the runbook.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { parse } from 'yaml'
import { mistakesIn } from './metric-expressions.ts'
import { describeWithPromtool } from './promtool.ts'

const FOLDER = new URL('../../deploy/prometheus/', import.meta.url)
const pathOf = (file: string): string => fileURLToPath(new URL(file, FOLDER))
const read = (file: string): unknown => parse(readFileSync(new URL(file, FOLDER), 'utf8'))

interface Rule {
  readonly alert: string
  readonly expr: string
  readonly labels: { readonly severity: string }
  readonly annotations: Readonly<Record<string, string>>
}
interface Case {
  readonly alertname: string
  readonly exp_alerts: readonly unknown[]
}

const rules = (read('alerts.yml') as { groups: { rules: Rule[] }[] }).groups.flatMap(
  (group) => group.rules,
)
const cases = (read('alerts.test.yml') as { tests: { alert_rule_test: Case[] }[] }).tests.flatMap(
  (one) => one.alert_rule_test,
)
const runbook = readFileSync(new URL('../README.md', FOLDER), 'utf8')

it('name only metrics and labels that a worker has', () => {
  expect(rules.flatMap(({ alert, expr }) => mistakesIn(expr).map((m) => `${alert}: ${m}`))).toEqual(
    [],
  )
  expect(mistakesIn('sum by (shard) (tributary_lag_recrods{job="x",colour="y"})')).toEqual([
    'there is no metric tributary_lag_recrods',
    'there is no label colour',
    'there is no label shard',
  ])
})

it('are each tested, firing and quiet', () => {
  for (const { alert } of rules) {
    const own = cases.filter(({ alertname }) => alertname === alert)
    expect(
      own.filter(({ exp_alerts: expected }) => expected.length > 0),
      alert,
    ).toHaveLength(1)
    expect(own, alert).toHaveLength(2)
  }
  expect(cases).toHaveLength(2 * rules.length)
})

it('each have an entry in the runbook, and the runbook has no other', () => {
  const entries = [...runbook.matchAll(/^### (Tributary\w+)$/gm)].map(([, name]) => name)
  expect(entries).toEqual(rules.map(({ alert }) => alert))
  for (const { alert, annotations, labels } of rules) {
    expect(annotations['runbook_url']).toBe(`deploy/README.md#${alert.toLowerCase()}`)
    expect(annotations['summary']).toMatch(/./)
    expect(['critical', 'warning']).toContain(labels.severity)
  }
})

describeWithPromtool('promtool', (promtool) => {
  it.each([
    ['accepts the configuration', ['check', 'config', pathOf('prometheus.yml')]],
    ['accepts the rules', ['check', 'rules', pathOf('alerts.yml')]],
    ['sees each rule fire and be quiet', ['test', 'rules', pathOf('alerts.test.yml')]],
  ])('%s', (_, args) => {
    const { status, output } = promtool(args)
    expect(output).toContain('SUCCESS')
    expect(status).toBe(0)
  })
})
