// schemas/mappings.json: other platforms' names for our actions, as data that others rely on.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { WELL_KNOWN_ACTIONS } from '../../src/schema/actions.ts'
import { foreignHint } from '../../src/schema/foreign-hint.ts'

interface Mapping {
  readonly platform: string
  readonly event: string
  readonly action_type: string
  readonly source: string
}

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../schemas/${name}`, import.meta.url), 'utf8'))
const contract = read('event.schema.json') as {
  properties: { metadata: { anyOf: { properties?: object }[] } }
}
const { mappings, fields } = read('mappings.json') as {
  mappings: Mapping[]
  fields: Record<string, { source: string; fields: Record<string, string> }>
}

describe('the mappings', () => {
  it('know six platforms, and the way from a search to an order of each', () => {
    const platforms = new Set(mappings.map(({ platform }) => platform))
    expect([...platforms]).toEqual(['ga4', 'segment', 'meta', 'tiktok', 'pinterest', 'shopify'])
    for (const platform of platforms) {
      const actions = mappings
        .filter((row) => row.platform === platform)
        .map(({ action_type: action }) => action)
      expect(actions).toEqual(expect.arrayContaining(['search', 'add_to_cart', 'purchase']))
    }
  })

  it('name actions of ours, each event of a platform once, with the page that defines it', () => {
    const names = mappings.map(({ platform, event }) => `${platform} ${event}`)
    expect(names.filter((name, i) => names.indexOf(name) !== i)).toEqual([])
    for (const { action_type: action, source, event } of mappings) {
      expect(Object.keys(WELL_KNOWN_ACTIONS)).toContain(action)
      expect(new URL(source).protocol).toBe('https:')
      expect(event).toBe(event.trim())
    }
  })

  it('say for each of them where the fields of an event stand', () => {
    expect(Object.keys(fields)).toEqual([...new Set(mappings.map(({ platform }) => platform))])
    const { metadata, ...own } = contract.properties
    const ours = [...Object.keys(own), ...Object.keys(metadata.anyOf[0]?.properties ?? {})]
    for (const { source, fields: theirs } of Object.values(fields)) {
      expect(new URL(source).protocol).toBe('https:')
      expect(ours).toEqual(expect.arrayContaining(Object.keys(theirs)))
      expect(theirs['transaction_id']).not.toBe('')
    }
  })

  it('mean one thing by a foreign name, whoever uses it; our names are not foreign', () => {
    for (const { event, action_type: action } of mappings) {
      const isOurs = Object.hasOwn(WELL_KNOWN_ACTIONS, event)
      expect([event, foreignHint(event)?.action]).toEqual([event, isOurs ? undefined : action])
    }
    expect(foreignHint('AddToCart')).toEqual({
      platforms: ['Meta', 'TikTok', 'Pinterest'],
      action: 'add_to_cart',
    })
    expect(foreignHint('constructor')).toBeNull()
  })
})
