// One run: services, producer and workers; faults; then calm, and everything is compared.
import { setTimeout as sleep } from 'node:timers/promises'
import { DEFAULT_SETTINGS } from '../../src/core/settings.ts'
import { expectAgreement } from './audits.ts'
import { compareWithOracle } from './compare.ts'
import { corruptAndAudit } from './corruption.ts'
import { Crew } from './crew.ts'
import { Director } from './director.ts'
import type { Direction } from './director.ts'
import { isDrained, stateFigures } from './drained.ts'
import { Findings } from './findings.ts'
import { runHalts } from './halts.ts'
import type { ChaosOptions } from './options.ts'
import { FastProducer } from './producer.ts'
import { readLetters, readLogs } from './read-back.ts'
import type { Report } from './report.ts'
import { shortcomings } from './report.ts'
import { planFaults } from './schedule.ts'
import { PARTITIONS, TOPIC, openSurroundings } from './surroundings.ts'
import type { Surroundings } from './surroundings.ts'
import { versionsOf } from './versions.ts'

const DRAIN_MAX_MS = 300_000
/** Lapses and forgetting take so long on the producer's clock. */
const DAYS_MIN = 90

export interface Watcher {
  /** So many of all faults have come about. */
  progress(done: number, total: number): void
  say(text: string): void
}

export async function runChaos(options: ChaosOptions, watcher: Watcher): Promise<Report> {
  const begunMs = Date.now()
  const { seed, amounts } = options
  const schedule = planFaults(seed, amounts)
  watcher.say('starting Kafka, Redis and ClickHouse')
  const surroundings = await openSurroundings()
  const crew = new Crew(surroundings, new Findings((text) => watcher.say(text)))
  const faults: Record<string, number> = {}
  const total = schedule.kills.length + schedule.services.length + schedule.members.length
  let done = 0
  const happened: Direction['happened'] = (fault) => {
    faults[fault] = (faults[fault] ?? 0) + 1
    watcher.progress(++done, total)
  }
  const producer = new FastProducer({
    brokers: surroundings.kafka.brokers,
    topic: TOPIC,
    partitions: PARTITIONS,
    seed,
    settings: DEFAULT_SETTINGS,
    daysPerSecond: options.daysPerSecond,
  })
  producer.start()
  const director = new Director({ seed, schedule, surroundings, crew, happened })
  await director.run()
  await Promise.all([crew.steady(), crew.join(({ isMember }) => isMember)])
  while (producer.days < DAYS_MIN) await sleep(100)
  await producer.stop()
  watcher.say('all faults are over; waiting until everything has landed')
  const drainSeconds = await drain(surroundings, crew)
  await expectAgreement(surroundings, crew.findings)
  watcher.say('changing a row by hand')
  const corrupted = await corruptAndAudit(surroundings, crew)
  await Promise.all(crew.running.map((worker) => worker.stop()))
  watcher.say('comparing every row with the oracle')
  const seen = {
    ...(await look(surroundings, producer, crew)),
    'changed rows found and repaired': corrupted,
  }
  if (options.halts) watcher.say('bringing each halt about')
  const halts = options.halts ? await runHalts(surroundings, seed, crew.findings) : {}
  const report = {
    seed,
    asked: amounts,
    faults,
    fail_points: Object.fromEntries(crew.killed),
    seen,
    halts,
    exits: Object.fromEntries(crew.exits),
    seconds: Math.round((Date.now() - begunMs) / 1_000),
    drain_seconds: drainSeconds,
    versions: await versionsOf(surroundings),
  }
  await surroundings.db.close()
  return { ...report, findings: [...crew.findings.all, ...shortcomings(report)] }
}

/** In seconds. */
async function drain(surroundings: Surroundings, crew: Crew): Promise<number> {
  const begunMs = Date.now()
  while (!(await isDrained(surroundings, TOPIC))) {
    if (Date.now() - begunMs > DRAIN_MAX_MS) {
      const tails = crew.running.map(({ tail }) => tail).join('\n---\n')
      crew.findings.add(`not drained after ${DRAIN_MAX_MS / 1_000} s:\n${tails}`)
      break
    }
    if (crew.running.some(({ halts }) => halts.length > 0)) break
    await sleep(100)
  }
  return Math.round((Date.now() - begunMs) / 100) / 10
}

async function look(
  surroundings: Surroundings,
  producer: FastProducer,
  crew: Crew,
): Promise<Record<string, number>> {
  const { db, kafka } = surroundings
  const { brokers } = kafka
  const logs = await readLogs({ brokers, topic: TOPIC, partitions: PARTITIONS }, producer.records)
  const letters = await readLetters(brokers, `${TOPIC}.dlq`)
  const on = { topic: TOPIC, settings: DEFAULT_SETTINGS, letters }
  const { figures, differences } = await compareWithOracle(db, on, logs)
  crew.findings.add(...differences)
  const { tally } = crew
  return {
    records: figures.records,
    days: Math.floor(producer.days),
    'rows compared': figures.rows,
    'booked hours': figures.bookedHours,
    'hours verified and forgotten': tally.hoursForgotten,
    lapses: figures.lapses,
    retractions: figures.retractions,
    'persons forgotten': await stateFigures(surroundings),
    'dead letters': figures.refused,
    'fenced off': tally.count('partition_fenced'),
    'rewinds seen': tally.count('state_rewound'),
    acquires: tally.count('partition_acquired'),
  }
}
