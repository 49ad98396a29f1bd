import { describe, expect, it } from 'vitest'
import { MemoryLog } from '../../../src/adapters/memory/memory-log.ts'
import { systemClock } from '../../../src/adapters/process/system.ts'
import {
  compactionContract,
  readOn,
  recordSourceContract,
} from '../../contract/record-source.contract.ts'
import type { LogHands, NewRecord } from '../../contract/record-source.contract.ts'

const FACTS = { clusterId: 'simulated', isCompacted: false, isCreateTime: false }
const newLog = (partitions: number): MemoryLog =>
  new MemoryLog({
    topic: 'events',
    clock: systemClock,
    facts: { ...FACTS, partitions },
    recordsMax: 2,
    waitMs: 1,
  })

function handsOf(log: MemoryLog): LogHands {
  const append = (partition: number, { value, key, ...rest }: NewRecord): void => {
    const record = { timeMs: 1, key: key ?? null, value: Buffer.from(value), ...rest }
    log.append(partition, record)
  }
  const at = (change: () => void): Promise<void> => Promise.resolve(change())
  return {
    topic: log.topic,
    source: (group) => log.member(group),
    append: (partition, records) =>
      at(() => {
        for (const record of records) append(partition, record)
      }),
    transactions: (partition, steps, ends) =>
      at(() => {
        for (const { producer, record } of steps) {
          if (producer !== undefined && ends[producer] === 'abort') log.appendGap(partition, 1)
          else append(partition, record)
        }
        log.appendGap(partition, Object.keys(ends).length)
      }),
    trim: (partition, low) => at(() => log.trim(partition, low)),
    recreate: () => at(() => log.recreate(1)),
    addPartitions: (count) => at(() => log.addPartitions(count)),
  }
}

describe('MemoryLog', () => {
  recordSourceContract((partitions) => Promise.resolve(handsOf(newLog(partitions))))

  compactionContract(() => {
    const log = newLog(1)
    log.facts = { ...log.facts, isCompacted: true }
    for (let i = 0; i < 10; i++) log.append(0, { timeMs: 1, key: null, value: null })
    for (const offset of [0, 3, 4, 5, 9]) log.remove(0, offset)
    const source = (group: string) => log.member(group)
    return Promise.resolve({ source, kept: [1, 2, 6, 7, 8], high: 10 })
  })

  it('gives a record that was read from it an offset of its own when it is appended again', () => {
    const log = newLog(1)
    for (let i = 0; i < 3; i++) log.append(0, { timeMs: i, key: null, value: null })
    expect(log.append(0, log.readAt(0, 1)!)).toBe(3)
    expect(log.readAt(0, 3)).toMatchObject({ offset: 3, timeMs: 1 })
  })

  it('ends spans before what nobody can decode, and goes on behind it', async () => {
    const log = newLog(1)
    const source = log.member('group')
    log.append(0, { timeMs: 1, key: null, value: Buffer.from('a') })
    log.appendUndecodable(0, 3, 'CRC mismatch')
    log.append(0, { timeMs: 1, key: null, value: Buffer.from('b') })
    const { reads, to } = await readOn(source, 0, 0)
    expect(to).toBe(1)
    expect(reads.at(-1)!.undecodable).toEqual({ from: 1, to: 4, why: 'CRC mismatch' })
    expect((await source.read(0, 2)).undecodable).toEqual({ from: 2, to: 4, why: 'CRC mismatch' })
    expect((await readOn(source, 0, 4)).to).toBe(5)
    expect(await source.readAt(0, 2)).toBeNull()
  })

  it('takes no notes of a member that the group has given up, and tells it nothing', async () => {
    const log = newLog(1)
    const told: string[] = []
    const zombie = log.member('group')
    const heir = log.member('group')
    const handlerOf = (name: string) => ({
      assigned: (partitions: readonly number[]) => void told.push(`${name}: ${partitions.join()}`),
      lost: () => {},
      dead: () => {},
    })
    await zombie.start(handlerOf('zombie'))
    log.leave(zombie)
    await heir.start(handlerOf('heir'))
    await heir.note(0, 5)
    await zombie.note(0, 3)
    expect(await heir.noted(0)).toBe(5)
    expect(told).toEqual(['zombie: 0', 'heir: 0'])
  })
})
