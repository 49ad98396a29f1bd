// Offsets that an operator has given up: booked as rejected, once, whatever happens around them,
// and in the way of nothing else.
import { expect, it } from 'vitest'
import type { LedgerRow } from '../../src/core/tables.ts'
import type { Outcome, RejectionReason } from '../../src/core/event.ts'
import { noTelemetry } from '../../src/adapters/process/system.ts'
import { generateLog } from '../logs/build-log.ts'
import { settingsFor } from '../logs/settings-for.ts'
import { Fenced } from '../../src/runtime/halt.ts'
import { createWorker, createWorld, endOf, ledgerRows, logView, spanOf, stateOf } from './world.ts'

const SETTINGS = settingsFor(3)
const LOG = generateLog(3, { settings: SETTINGS, records: { min: 40, max: 40 } })
/** A gap in the offsets, where a batch could not be decoded. */
const AT = LOG[20]!.offset
const GAP = 7
const WITH_GAP = LOG.map((record, i) =>
  i < 20 ? record : { ...record, offset: record.offset + GAP },
)
const gap = { from: AT, to: AT + GAP }

const undecodable = (rows: readonly LedgerRow[]): LedgerRow[] =>
  rows.filter((row) => row[2] === 'undecodable_batch')

it('counts every offset as rejected and gives the rows a version of its own', async () => {
  const world = createWorld(WITH_GAP, SETTINGS)
  const counted: [Outcome, RejectionReason | '', number][] = []
  const telemetry = {
    ...noTelemetry,
    outcomes: (_: number, outcome: Outcome, reason: RejectionReason | '', records: number) =>
      void counted.push([outcome, reason, records]),
  }
  const worker = createWorker(world, {}, { telemetry })
  await worker.acquire(logView(world))
  await worker.apply(spanOf(world, 0, AT))
  await worker.skip(gap)
  await worker.apply(spanOf(world, gap.to, endOf(world)))
  await worker.flush()
  const [row, ...others] = undecodable(world.ledger.rows('intake'))
  expect(others).toEqual([])
  expect(row!.slice(-2)).toEqual([String(GAP), String((1n << 48n) + BigInt(gap.to - 1))])
  expect(counted).toContainEqual(['rejected', 'undecodable_batch', GAP])
  const total = counted.reduce((sum, [, , records]) => sum + records, 0)
  expect(total).toBe(LOG.length + GAP)
})

it('leaves the same bytes and rows when the worker dies before or after it', async () => {
  const drive = async (cuts: readonly number[]): Promise<readonly [string, unknown]> => {
    const world = createWorld(WITH_GAP, SETTINGS)
    let worker = createWorker(world)
    let next = await worker.acquire(logView(world))
    for (const to of [AT, gap.to, endOf(world)]) {
      if (cuts.includes(to)) {
        worker = createWorker(world)
        next = await worker.acquire(logView(world))
      }
      await (next === AT ? worker.skip(gap) : worker.apply(spanOf(world, next, to)))
      await worker.drain()
      next = to
    }
    await worker.flush()
    return [await stateOf(world.store), ledgerRows(world)]
  }
  const undisturbed = await drive([])
  for (const cuts of [[AT], [gap.to], [endOf(createWorld(WITH_GAP, SETTINGS))], [AT, gap.to]]) {
    expect(await drive(cuts)).toEqual(undisturbed)
  }
})

it('is refused where it does not begin at the position reached', async () => {
  const world = createWorld(WITH_GAP, SETTINGS)
  const worker = createWorker(world)
  await worker.acquire(logView(world))
  await expect(worker.skip(gap)).rejects.toBeInstanceOf(Fenced)
  expect(worker.partition).toBeNull()
})
