import { expect, it } from 'vitest'
import { loadConfig } from '../../src/config/load.ts'
import type { ConfigError } from '../../src/config/mistakes.ts'

const load = (goals: unknown) =>
  loadConfig({ env: { TRIBUTARY_GOALS: JSON.stringify(goals) } }).settings.goals

function mistakes(goals: unknown): string[] {
  try {
    load(goals)
    return []
  } catch (error) {
    return (error as ConfigError).mistakes.map(({ where, what }) => `${where}: ${what}`)
  }
}

it('takes what a goal of a default name leaves out from the default one', () => {
  expect(load({ purchase: { sources: ['checkout'] } })).toEqual([
    { name: 'purchase', actions: ['purchase'], closes: true, sources: ['checkout'], default: null },
  ])
})

it('gives any other goal its name as action and lets it not close the path', () => {
  expect(load({ download: {} })).toEqual([
    { name: 'download', actions: ['download'], closes: false, sources: 'all', default: null },
  ])
})

it('orders goals the same however the map was written', () => {
  const names = (goals: object) => load(goals).map(({ name }) => name)
  expect(names({ b: {}, lead: {}, a: {}, purchase: {} })).toEqual(['purchase', 'lead', 'a', 'b'])
  expect(names({ purchase: {}, a: {}, lead: {}, b: {} })).toEqual(['purchase', 'lead', 'a', 'b'])
})

it.each([
  [{ value: '12.50', currency: 'EUR' }, 1250],
  [{ value: 12.5, currency: 'USD' }, 1250],
  [{ value: '1200.00', currency: 'JPY' }, 1200],
  [{ value: '0', currency: 'KWD' }, 0],
])('reads a default value %j as money of its currency', (given, valueMinor) => {
  expect(load({ lead: { default: given } })[0]?.default).toEqual({
    valueMinor,
    currency: given.currency,
  })
})

it.each([
  [
    { lead: { default: { value: '1.234', currency: 'EUR' } } },
    'lead.default.value: expected at most 2 digits after the point (EUR)',
  ],
  [
    { lead: { default: { value: '1', currency: 'eur' } } },
    'lead.default.currency: expected an ISO 4217 code in capitals',
  ],
  [
    { lead: { default: { value: '-1', currency: 'EUR' } } },
    'lead.default.value: expected an amount that is not negative',
  ],
  [
    { lead: { default: { value: '1,5', currency: 'EUR' } } },
    'lead.default.value: expected a decimal like "12.50"',
  ],
  [{ lead: { default: '5 EUR' } }, 'lead.default: expected { value, currency } or null'],
  [{ lead: { actions: ['refund'] } }, 'lead.actions: refund cannot be in a goal'],
  [{ a: { actions: ['x'] }, b: { actions: ['y', 'x'] } }, 'b.actions: x is already in goal a'],
  [{ lead: { actions: [] } }, 'lead.actions: expected at least one of actions'],
  [{ lead: { action: 'x' } }, 'lead: expected a map with any of actions, closes, sources, default'],
])('refuses %j', (goals, line) => {
  expect(mistakes(goals)).toEqual([`TRIBUTARY_GOALS: ${line}`])
})
