// Every kind of bad input in small numbers, through the real consumer path: see README.md.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { REJECTION_REASONS } from '../../src/core/event.ts'
import { describeWithServices } from '../services.ts'
import { describeWithPrivate } from '../services/describe-with-private.ts'
import { readArguments, USAGE } from './arguments.ts'
import { badInput } from './bad-input.ts'

const RECORDS = 20_000
const MB_MAX = 1_024
const OUTCOMES = ['applied', 'duplicate', 'late', 'overflow', 'tick']

describeWithServices(['redis', 'clickhouse'], 'bad input', (redisUrl, clickhouseUrl) => {
  describeWithPrivate(['kafka'], 'through the real consumer path', () => {
    it('gets the outcomes, dead letters and totals of the contract, and halts nothing else', async () => {
      const seed = Math.floor(Math.random() * 1_000_000)
      const silent = { say: () => {}, progress: () => {} }
      const services = { redisUrl, clickhouseUrl }
      const report = await badInput({ records: RECORDS, seed, ...services, ...silent })
      expect(report.differences, `seed ${seed}`).toEqual([])
      const reasons = REJECTION_REASONS.map((reason) => `rejected ${reason}`)
      expect(Object.keys(report.counts).sort()).toEqual([...OUTCOMES, ...reasons].sort())
      expect(report).toMatchObject({ halts: 3, skips: 3 })
      expect(report.deadLettersCut).toBeGreaterThan(0)
      expect(report.residentMb).toBeLessThan(MB_MAX)
    }, 600_000)
  })
})

describe('the command', () => {
  it('takes numbers, and another seed each time where none is given', () => {
    expect(readArguments(['--records', '1000', '--seed', '0', '--json'])).toEqual({
      records: 1_000,
      seed: 0,
      json: true,
    })
    expect(readArguments([])).toMatchObject({ records: 200_000, json: false })
  })

  it.each(['--records many', '--records 999', '--records -1', '--seed', '--seed 1.5', '--x', 'y'])(
    'refuses %s',
    (text) => {
      expect(readArguments(text.split(' '))).toBeNull()
    },
  )

  it('says how it is used and ends with 2', () => {
    const file = fileURLToPath(new URL('command.ts', import.meta.url))
    const args = ['--import', 'tsx', file, '--what']
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: 'utf8' })
    expect([status, stdout, stderr]).toEqual([2, '', `${USAGE}\n`])
  })
})
