// Store and dead-letter sink of a partition that waits out an outage: what may be repeated is
// repeated until it is answered, so that nothing is computed again; commits are repeated by
// commit.ts, which asks for the position first. The watches tell how long that has been going on.
import type { DeadLetterSink } from '../ports/dead-letter-sink.ts'
import type { StateStore } from '../ports/state-store.ts'
import type { AnswerWatch } from './answer-watch.ts'
import { untilAnswered } from './waiting.ts'
import type { Patience } from './waiting.ts'

/** Journeys and due lists are asked for again and again; an acquire begins anew instead. */
export function patientStore(
  store: StateStore,
  watch: AnswerWatch,
  patience: Patience,
): StateStore {
  const once = <T>(call: () => Promise<T>): Promise<T> => watch.watch(call)
  const patiently = <T>(call: () => Promise<T>): Promise<T> =>
    untilAnswered(() => watch.watch(call), patience)
  return {
    acquire: (token) => once(() => store.acquire(token)),
    create: (token, meta) => once(() => store.create(token, meta)),
    countJourneys: () => once(() => store.countJourneys()),
    evictionPolicy: () => once(() => store.evictionPolicy()),
    restart: (token, meta) => once(() => store.restart(token, meta)),
    owner: () => once(() => store.owner()),
    loadDictionary: () => once(() => store.loadDictionary()),
    loadLedger: () => once(() => store.loadLedger()),
    loadDue: (from, to) => patiently(() => store.loadDue(from, to)),
    loadJourneys: (persons) => patiently(() => store.loadJourneys(persons)),
    commit: (commit) => once(() => store.commit(commit)),
    forgetHours: (token, hours) => once(() => store.forgetHours(token, hours)),
  }
}

/** Letters are sent until the sink has acknowledged them; some may arrive more than once. */
export const patientDeadLetters = (
  sink: DeadLetterSink,
  watch: AnswerWatch,
  patience: Patience,
): DeadLetterSink => ({
  send: (letters) => untilAnswered(() => watch.watch(() => sink.send(letters)), patience),
})
