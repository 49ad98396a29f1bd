// What a store is given is the whole state: a partition made from it is the partition it came from.
import { expect, it } from 'vitest'
import { itemAt } from '../../src/core/byte-list.ts'
import { restoreDue, restoreJourney, restoreLedger, takeChanges } from '../../src/core/changes.ts'
import type { Changes } from '../../src/core/changes.ts'
import type { Partition } from '../../src/core/partition.ts'
import { personsToWords } from '../../src/core/person-bytes.ts'
import type { Settings } from '../../src/core/settings.ts'
import { generateLog } from '../logs/build-log.ts'
import { createDraw } from '../logs/moves.ts'
import { settingsFor } from '../logs/settings-for.ts'
import {
  applyInMemory,
  inMemory,
  journeyBytes,
  publishedRows,
  stateText,
  toCoreRecord,
} from './run-core.ts'

const LOGS = 150

function restored(from: Partition, changes: Changes, settings: Settings): Partition {
  const partition = inMemory(settings)
  partition.streamTimeMs = from.streamTimeMs
  partition.journeysHeld = from.journeysHeld
  partition.journeysBegun = from.journeysBegun
  partition.dictionary.restore(changes.dictionary)
  restoreLedger(partition.ledger, changes.ledger)
  const persons = personsToWords(changes.persons)
  for (let i = 0; i < changes.journeys.ends.length; i++) {
    restoreJourney(partition, persons, i * 4, itemAt(changes.journeys, i))
  }
  for (const { hour, persons: list } of changes.dueAppended) restoreDue(partition, hour, list)
  return partition
}

it(`goes on from stored bytes as if it had never stopped (${LOGS} logs)`, () => {
  for (let seed = 0; seed < LOGS; seed++) {
    const settings = settingsFor(seed)
    const log = generateLog(seed, { settings, endTicks: 2 }).map(toCoreRecord)
    const cut = createDraw(seed)(0, log.length)
    const partition = inMemory(settings)
    for (const record of log.slice(0, cut)) applyInMemory(partition, record)
    const other = restored(partition, takeChanges(partition), settings)
    expect(stateText(other), `seed ${seed} at the cut`).toBe(stateText(partition))
    for (const record of log.slice(cut)) {
      expect(applyInMemory(other, record)).toBe(applyInMemory(partition, record))
    }
    expect(stateText(other), `seed ${seed} at the end`).toBe(stateText(partition))
  }
})

it('says of a span only what the span changed, and all of it', () => {
  for (let seed = 0; seed < LOGS / 3; seed++) {
    const settings = settingsFor(seed)
    const partition = inMemory(settings)
    const stored = new Map<string, Uint8Array>()
    const rows = new Map<string, Uint8Array>()
    for (const record of generateLog(seed, { settings, endTicks: 1 }).map(toCoreRecord)) {
      applyInMemory(partition, record)
      const changes = takeChanges(partition)
      expect(changes.ledger.length, 'a record books in one hour').toBe(1)
      const { hour, fields, values } = changes.ledger[0]!
      fields.ends.forEach((_, i) =>
        rows.set(`${hour} ${hex(itemAt(fields, i))}`, itemAt(values, i)),
      )
      changes.journeys.ends.forEach((_, i) => {
        const person = hex(changes.persons.subarray(i * 16, i * 16 + 16))
        const bytes = itemAt(changes.journeys, i)
        if (bytes.length === 0) stored.delete(person)
        else stored.set(person, bytes)
      })
    }
    const dump = [...stored].map(([person, bytes]) => `${person} ${hex(bytes)}`).sort()
    expect(dump, `seed ${seed}`).toEqual(journeyBytes(partition))
    const booked = [...publishedRows(partition).values()].reduce(
      (sum, list) => sum + list.length,
      0,
    )
    expect(rows.size, `seed ${seed}`).toBe(booked)
    const nothing = takeChanges(partition)
    expect([nothing.persons.length, nothing.ledger.length, nothing.dueAppended.length]).toEqual([
      0, 0, 0,
    ])
  }
})

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')
