// Ports that fail as real services do: before the work, or after it with the answer lost. One seed
// decides which call fails.
import type { DeadLetterSink } from '../../src/ports/dead-letter-sink.ts'
import type { LedgerSink } from '../../src/ports/ledger-sink.ts'
import type { StateStore } from '../../src/ports/state-store.ts'
import type { Draw } from '../logs/moves.ts'

/** Per mille of calls that fail. */
export interface FaultRates {
  readonly store: number
  readonly ledger: number
  readonly deadLetters: number
}

class Outage extends Error {}

/** Runs the call, or fails before it, or after it. */
async function unreliably<T>(draw: Draw, perMille: number, call: () => Promise<T>): Promise<T> {
  const fate = draw(0, 1999)
  if (fate < perMille) throw new Outage('not sent')
  const answer = await call()
  if (fate < 2 * perMille) throw new Outage('answer lost')
  return answer
}

export function faultyStore(
  store: StateStore,
  draw: Draw,
  { store: rate }: FaultRates,
): StateStore {
  const may = <T>(call: () => Promise<T>): Promise<T> => unreliably(draw, rate, call)
  return {
    acquire: (token) => may(() => store.acquire(token)),
    create: (token, meta) => may(() => store.create(token, meta)),
    countJourneys: () => may(() => store.countJourneys()),
    evictionPolicy: () => may(() => store.evictionPolicy()),
    restart: (token, meta) => may(() => store.restart(token, meta)),
    owner: () => may(() => store.owner()),
    loadDictionary: () => may(() => store.loadDictionary()),
    loadLedger: () => may(() => store.loadLedger()),
    loadDue: (from, to) => may(() => store.loadDue(from, to)),
    loadJourneys: (persons) => may(() => store.loadJourneys(persons)),
    commit: (commit) => may(() => store.commit(commit)),
    forgetHours: (token, hours) => may(() => store.forgetHours(token, hours)),
  }
}

export function faultyLedger(
  ledger: LedgerSink,
  draw: Draw,
  { ledger: rate }: FaultRates,
): LedgerSink {
  const may = <T>(call: () => Promise<T>): Promise<T> => unreliably(draw, rate, call)
  return {
    insert: (table, rows) => may(() => ledger.insert(table, rows)),
    read: (table, range) => may(() => ledger.read(table, range)),
    writeLineages: (rows) => may(() => ledger.writeLineages(rows)),
    writeProgress: (row) => may(() => ledger.writeProgress(row)),
    lineages: (topic, partition) => may(() => ledger.lineages(topic, partition)),
    progress: (topic, partition) => may(() => ledger.progress(topic, partition)),
    writeSkip: (row) => may(() => ledger.writeSkip(row)),
    skips: (topic, partition) => may(() => ledger.skips(topic, partition)),
    writePartitionCounts: (rows) => may(() => ledger.writePartitionCounts(rows)),
    partitionCounts: (topic, partition) => may(() => ledger.partitionCounts(topic, partition)),
  }
}

export function faultyDeadLetters(
  sink: DeadLetterSink,
  draw: Draw,
  { deadLetters: rate }: FaultRates,
): DeadLetterSink {
  return { send: (letters) => unreliably(draw, rate, () => sink.send(letters)) }
}
