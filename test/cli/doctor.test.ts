// `tributary doctor` in good surroundings, in bad ones and in none; and its judgement of facts.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { redisFindings } from '../../src/cli/doctor-redis.ts'
import { clickHouseFindings } from '../../src/cli/doctor-clickhouse.ts'
import { clockFinding, examineAll, findingsOf } from '../../src/cli/doctor-finding.ts'
import type { Finding } from '../../src/cli/doctor-finding.ts'
import { stateFindings } from '../../src/cli/doctor-state.ts'
import type { FoundState } from '../../src/cli/doctor-state.ts'
import { TributaryError } from '../../src/ports/errors.ts'
import type { PartitionMeta } from '../../src/ports/state-store.ts'
import { LiveWorker } from '../integration/live-worker.ts'
import { describeWithServices, testName } from '../services.ts'
import { runProgram } from './run-program.ts'
import { RunSurroundings } from './run-surroundings.ts'

const LIMIT_MS = 120_000

/** Those that are not in order, as `FAIL kafka topic x: seen`. */
const wrong = (findings: Iterable<Finding>) =>
  [...findings]
    .filter(({ verdict }) => verdict !== 'PASS')
    .map(({ verdict, service, check, seen }) => `${verdict} ${service} ${check}: ${seen}`)

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'doctor',
  (brokers, redisUrl, clickhouseUrl) => {
    const around = new RunSurroundings({ brokers, redisUrl, clickhouseUrl })
    const doctor = async (env: Readonly<Record<string, string>> = {}) => {
      const run = await runProgram(['doctor', '--json'], { env: { ...around.env, ...env } })
      const { findings } = JSON.parse(run.stdout) as { findings: Finding[] }
      return { ...run, findings }
    }

    beforeAll(() => around.create(), LIMIT_MS)
    afterAll(() => around.remove(), LIMIT_MS)

    it(
      'finds nothing wrong with what migrate made, before the first worker and after it',
      async () => {
        const before = await doctor()
        expect(wrong(before.findings)).toEqual([])
        expect(before).toMatchObject({ exitCode: 0, stderr: '' })
        const services = new Set(before.findings.map(({ service }) => service))
        expect([...services]).toEqual(['configuration', 'kafka', 'redis', 'clickhouse', 'state'])
        const state = before.findings.filter(({ service }) => service === 'state')
        expect(state.map(({ seen }) => seen)).toEqual(['none yet'])

        await around.produce(100)
        const worker = new LiveWorker(around.env)
        for (const partition of [0, 1]) await worker.sees('partition_acquired', { partition })
        expect(await worker.stop()).toBe(0)
        const { findings, exitCode } = await doctor()
        expect(wrong(findings)).toEqual([])
        expect(exitCode).toBe(0)
        expect(findings.at(-1)?.seen).toMatch(/^2 of 2 partitions, \d+ journeys$/)
      },
      LIMIT_MS,
    )

    it(
      'says what is missing and what to do, and exits with 69',
      async () => {
        const nothing = testName('nothing')
        const { findings, exitCode } = await doctor({
          TRIBUTARY_KAFKA__TOPIC: nothing,
          TRIBUTARY_CLICKHOUSE__DATABASE: nothing,
        })
        expect(exitCode).toBe(69)
        expect(wrong(findings)).toEqual(
          expect.arrayContaining([
            `FAIL kafka topic ${nothing}: does not exist`,
            `FAIL kafka topic ${nothing}.dlq: does not exist`,
            `FAIL clickhouse database ${nothing}: does not exist`,
          ]),
        )
        for (const { check, fix } of findings.filter(({ verdict }) => verdict === 'FAIL')) {
          expect(fix, check).not.toBe('')
        }
      },
      LIMIT_MS,
    )

    it(
      'hides nothing of one service when another is down',
      async () => {
        const { findings, exitCode } = await doctor({
          TRIBUTARY_REDIS__URL: 'redis://127.0.0.1:1',
          TRIBUTARY_CLICKHOUSE__URL: 'http://127.0.0.1:1',
        })
        expect(exitCode).toBe(69)
        const failed = findings.filter(({ verdict }) => verdict === 'FAIL')
        expect(failed.map(({ service, check }) => `${service} ${check}`)).toEqual([
          'redis answers',
          'clickhouse answers',
          'state answers',
        ])
        const kafka = findings.filter(({ service }) => service === 'kafka')
        expect(kafka.map(({ verdict }) => verdict)).toEqual(Array(5).fill('PASS'))
      },
      LIMIT_MS,
    )

    it(
      'prints a table for people, with the fix below what it is for',
      async () => {
        const { stdout, exitCode } = await runProgram(['doctor'], {
          env: { ...around.env, TRIBUTARY_KAFKA__PARTITIONER: 'none', TRIBUTARY_KAFKA__DLQ: 'no' },
        })
        expect(exitCode).toBe(69)
        expect(stdout).toMatch(
          /│ WARN │ configuration +│ settings .*\n.*│ fix: Name the partitioner/,
        )
        expect(stdout).toMatch(
          /│ FAIL │ kafka +│ topic no .*│ does not exist .*\n.*│ fix: `tributary/,
        )
        // The state was made with another partitioner, which numbers depend on.
        expect(stdout).toMatch(/│ FAIL │ state +│ settings /)
        expect(stdout).toMatch(/\n\d+ passed, 1 to look at, 2 failed\n$/)
      },
      LIMIT_MS,
    )

    it('reports every mistake of the configuration as a finding, exit 69', async () => {
      const { findings, exitCode } = await doctor({
        TRIBUTARY_LATENESS: 'x',
        TRIBUTARY_TICKS: 'perhaps',
      })
      expect(exitCode).toBe(69)
      expect(findings.map(({ verdict, check }) => `${verdict} ${check}`)).toEqual([
        'FAIL TRIBUTARY_TICKS',
        'FAIL TRIBUTARY_LATENESS',
      ])
    })
  },
)

describe('an examination', () => {
  const { pass } = findingsOf('kafka')

  it('that takes too long fails, with what it had found until then', async () => {
    const silent = async function* () {
      yield pass('brokers', 'one')
      await new Promise(() => {})
    }
    const quick = async function* () {
      yield findingsOf('redis').pass('version', '7')
    }
    const found = await examineAll(
      [
        { service: 'kafka', questions: silent },
        { service: 'redis', questions: quick },
      ],
      50,
    )
    expect(found.map(({ service, check, verdict }) => `${verdict} ${service} ${check}`)).toEqual([
      'PASS kafka brokers',
      'FAIL kafka answers',
      'PASS redis version',
    ])
  })

  it('that throws fails with the words and the hint of the error', async () => {
    const failure = new TributaryError('TRIBUTARY_KAFKA_UNAVAILABLE', 'no broker', {
      hint: 'start one',
    })
    const next = () => Promise.reject(failure)
    const broken = () => ({ [Symbol.asyncIterator]: () => ({ next }) })
    expect(await examineAll([{ service: 'kafka', questions: broken }], 1_000)).toEqual([
      { service: 'kafka', check: 'answers', verdict: 'FAIL', seen: 'no broker', fix: 'start one' },
    ])
  })
})

describe('judgement', () => {
  const redis = {
    version: '7.0.15',
    isCluster: false,
    role: 'master',
    evictionPolicy: 'noeviction',
    isAppendOnly: true,
    usedBytes: 10_000_000,
    maxBytes: 0,
    refusal: '',
  }
  const found = {
    version: '25.8.2.29',
    migrations: { hasDatabase: true, applied: ['0001_a'], pending: [], changed: [], unknown: [] },
    missingGrants: [],
    clockAheadMs: 12,
  }

  it.each([
    [{}, []],
    [{ version: '6.2.1' }, ['WARN redis version: 6.2.1, master']],
    [
      { evictionPolicy: 'allkeys-lru' },
      [
        'FAIL redis eviction: maxmemory-policy is allkeys-lru: journeys would vanish; a worker halts',
      ],
    ],
    [{ isAppendOnly: false }, [expect.stringMatching(/^WARN redis append-only file: off/)]],
    [{ maxBytes: 12_000_000 }, ['WARN redis memory: 10 MB used of 12 MB']],
    [{ maxBytes: 20_000_000 }, []],
    [{ refusal: 'NOPERM' }, ['FAIL redis commands: NOPERM']],
  ])('of Redis: %j', (given, expected) => {
    expect(wrong(redisFindings({ ...redis, ...given }))).toEqual(expected)
  })

  it.each([
    [{}, []],
    [{ version: '23.8.1.1' }, ['WARN clickhouse version: 23.8.1.1']],
    [{ version: '24.2.9.1' }, ['WARN clickhouse version: 24.2.9.1']],
    [{ version: '24.3.1.1' }, []],
    [
      { migrations: { ...found.migrations, pending: ['0002_b', '0003_c'] } },
      ['FAIL clickhouse migrations: 2 pending, from 0002_b on'],
    ],
    [
      { migrations: { ...found.migrations, changed: ['0001_a'] } },
      ['FAIL clickhouse migrations: 0001_a was applied from another file'],
    ],
    [
      { migrations: { ...found.migrations, unknown: ['0099_z'] } },
      ['FAIL clickhouse migrations: the database is newer: it has 0099_z'],
    ],
    [
      { missingGrants: ['INSERT ON t.credits'] },
      ['FAIL clickhouse grants: this user lacks INSERT ON t.credits'],
    ],
    [{ clockAheadMs: -7_000 }, ['WARN clickhouse clock: 7 s behind this machine']],
    [{ clockAheadMs: 3_600_000 }, ['FAIL clickhouse clock: 3600 s ahead of this machine']],
  ])('of ClickHouse: %j', (given, expected) => {
    expect(wrong(clickHouseFindings('t', { ...found, ...given }))).toEqual(expected)
  })

  it('of clocks: seconds are a network, minutes are a mistake', () => {
    const verdicts = [0, 4_999, -5_000, 1_799_999, 1_800_000].map(
      (ms) => clockFinding('clickhouse', ms).verdict,
    )
    expect(verdicts).toEqual(['PASS', 'PASS', 'WARN', 'WARN', 'FAIL'])
  })
})

describe('the state in Redis', () => {
  const meta: PartitionMeta = {
    next: 50,
    streamTimeMs: 1,
    lineage: '1',
    baseOffset: 0,
    generation: 1,
    fingerprint: 'f',
    dueFromHour: 0,
    journeys: 3,
    journeysBegun: 3,
    dictionary: 0,
    lastRecord: '',
    clusterId: 'c',
    group: 'g',
    topicId: 'topic-1',
    partitionCounts: '0:2',
    skips: '',
    goals: '[]',
    activeAt: 0,
  }
  const expected = { clusterId: 'c', group: 'g', fingerprint: 'f', count: 2 }
  const state = (partition: number, given: Partial<PartitionMeta> = {}): FoundState => ({
    log: { partition, low: 10, high: 100, noted: 50, lag: 50 },
    meta: { ...meta, ...given },
    lineages: [],
  })

  it.each([
    [{}, []],
    [{ next: 10 }, []],
    [{ next: 100 }, []],
    [{ fingerprint: 'x' }, ['FAIL state settings: partition 1: made under other settings']],
    [{ clusterId: 'x' }, ['FAIL state cluster: partition 1: made from another Kafka cluster']],
    [{ group: 'x' }, ['FAIL state group: partition 1: made by another consumer group']],
    [{ partitionCounts: '0:1' }, ['FAIL state partition count: partition 1: made when the topic']],
    [{ partitionCounts: '0:1,20:2' }, []],
    [{ next: 9 }, ['FAIL state log: partition 1: at an offset outside of the log']],
    [{ next: 101 }, ['FAIL state log: partition 1: at an offset outside of the log']],
  ])('foretells the halts: %j', (given, failures) => {
    const found = wrong(stateFindings([state(0), state(1, given)], expected))
    expect(found).toEqual(failures.map((words) => expect.stringContaining(words)))
  })

  it('that is gone although the group has consumed is a failure, and else is none yet', () => {
    const { log } = state(0)
    const gone = wrong(stateFindings([{ log, meta: null, lineages: [] }, state(1)], expected))
    expect(gone).toEqual([expect.stringMatching(/^FAIL state journeys: partition 0: gone from/)])
    const fresh = { log: { ...log, noted: null }, meta: null, lineages: [] }
    expect([...stateFindings([fresh], expected)]).toMatchObject([{ seen: 'none yet' }])
  })

  it('that an operator has replaced since, in ClickHouse, is a failure', () => {
    const row = { topic: 't', partition: 1, lineage: '1', baseOffset: 0, reason: 'first' }
    const old = { ...state(1), lineages: [{ ...row, status: 'retired' as const }] }
    expect(wrong(stateFindings([state(0), old], expected))).toEqual([
      expect.stringContaining('FAIL state lineage: partition 1: from before an `admin` command'),
    ])
  })
})
