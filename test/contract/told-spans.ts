// A partition's life as whoever may write to it would have it: spans committed whole or in cuts,
// sent again, sent by those who no longer own it or stand elsewhere; states created, begun anew and
// forgotten in between. Drawn by fast-check, so that one seed decides all of it.
import fc from 'fast-check'
import type { Commit, CommitResult, StateStore } from '../../src/ports/state-store.ts'
import { META, bytes, commitOf, person, persons } from './state-samples.ts'

const PEOPLE = Array.from({ length: 6 }, (_, i) => person(i % 3, i))
const OWNERS = ['owner-a', 'owner-b', 'owner-c']
const HOURS = [480_000, 480_001, 480_002, 480_003]
export const EVERYBODY = persons(...PEOPLE)

const text = fc.string({ unit: 'binary', maxLength: 40 })
const hour = fc.constantFrom(...HOURS)
const byHour = { selector: ([at]: readonly [number, unknown]) => at }

/** What one span changes. */
const changes = fc.record({
  journeys: fc.uniqueArray(fc.tuple(fc.nat(PEOPLE.length - 1), fc.oneof(fc.constant(''), text)), {
    selector: ([who]) => who,
  }),
  dictionary: fc.uniqueArray(fc.record({ kind: fc.nat(2), id: fc.nat(5), value: text }), {
    selector: ({ kind, id }) => `${kind}:${id}`,
  }),
  due: fc.uniqueArray(
    fc.tuple(hour, fc.array(fc.nat(PEOPLE.length - 1), { minLength: 1, maxLength: 4 })),
    byHour,
  ),
  dueDropped: fc.subarray(HOURS),
  ledger: fc.uniqueArray(fc.tuple(hour, fc.dictionary(text, text, { maxKeys: 4 })), byHour),
  records: fc.integer({ min: 1, max: 9 }),
  lastRecord: text,
})
type Changes = typeof changes extends fc.Arbitrary<infer C> ? C : never

const kind = <K extends string, T>(name: K, more: fc.Arbitrary<T>) =>
  more.map((rest) => ({ kind: name, ...rest }))
/** Mostly right: a wrong one in ten. */
const mostly = <T>(right: T, ...wrong: readonly T[]): fc.Arbitrary<T> =>
  fc.oneof(
    { weight: 9, arbitrary: fc.constant(right) },
    { weight: 1, arbitrary: fc.constantFrom(...wrong) },
  )
const senders = mostly<'owner' | 'former' | 'stranger'>('owner', 'former', 'stranger')
const step = fc.oneof(
  {
    weight: 12,
    arbitrary: kind(
      'span',
      fc.record({
        // The span in one commit, or cut into more of them.
        cuts: fc.array(changes, { minLength: 1, maxLength: 3, size: 'max' }),
        by: senders,
        ahead: mostly(0, -1, 1, 10),
        generation: mostly(0, 1, -1),
      }),
    ),
  },
  // Whatever was sent before, as it was: the reply had been lost, or a zombie wakes up.
  { weight: 4, arbitrary: kind('again', fc.record({ which: fc.nat(9) })) },
  { weight: 1, arbitrary: kind('acquire', fc.record({ as: fc.constantFrom(...OWNERS) })) },
  { weight: 1, arbitrary: kind('create', fc.record({ by: senders })) },
  // At a place that some span began at, so that it fits once more.
  {
    weight: 2,
    arbitrary: kind(
      'restart',
      fc.record({ by: senders, which: fc.nat(9), generation: mostly(0, 1) }),
    ),
  },
  {
    weight: 2,
    arbitrary: kind('forget', fc.record({ by: senders, hours: fc.subarray(HOURS) })),
  },
)

/** So many steps of one partition; most of its life is that of a state that exists. */
export const lifeOf = (steps: number): fc.Arbitrary<Step[]> =>
  fc
    .array(step, { minLength: steps, maxLength: steps })
    .map((rest) => [{ kind: 'acquire', as: 'owner-a' }, { kind: 'create', by: 'owner' }, ...rest])
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never

/** One write, to be told to any store. */
export interface Told {
  readonly kind: 'span' | 'again' | 'acquire' | 'create' | 'restart' | 'forget'
  readonly tell: (store: StateStore) => Promise<CommitResult | object | null>
}

/** Puts the steps into words for a store, as they follow from where `reference` stands. */
export class Teller {
  readonly #reference: StateStore
  readonly #sent: Commit[] = []
  #former = 'owner-b'

  constructor(reference: StateStore) {
    this.#reference = reference
  }

  /** Each is to be told to the reference, too, before the next is asked for. */
  async *tellings(one: Step): AsyncGenerator<Told> {
    if (one.kind === 'span') {
      for (const cut of one.cuts) {
        const commit = await this.#commitOf(one, cut)
        this.#sent.push(commit)
        yield { kind: 'span', tell: (store) => store.commit(commit) }
      }
      return
    }
    if (one.kind !== 'again') yield { kind: one.kind, tell: await this.#other(one) }
    // What began where a state has begun anew fits once more.
    const commit = one.kind === 'again' || one.kind === 'restart' ? this.#earlier(one.which) : null
    if (commit) yield { kind: 'again', tell: (store) => store.commit(commit) }
  }

  async #other(one: Exclude<Step, { kind: 'span' | 'again' }>): Promise<Told['tell']> {
    const { token } = await this.#reference.owner()
    if (one.kind === 'acquire') {
      this.#former = token ?? this.#former
      return (store) => store.acquire(one.as)
    }
    const name = this.#name(one.by, token)
    if (one.kind === 'create') return (store) => store.create(name, META)
    if (one.kind === 'forget') return (store) => store.forgetHours(name, one.hours)
    const { from, meta: sent } = this.#earlier(one.which) ?? { from: 0, meta: META }
    const generation = sent.generation + one.generation
    return (store) => store.restart(name, { ...META, next: from, generation, lineage: '7' })
  }

  #earlier(which: number): Commit | undefined {
    return this.#sent[this.#sent.length - 1 - which]
  }

  #name(by: 'owner' | 'former' | 'stranger', token: string | null): string {
    return { owner: token ?? 'owner-a', former: this.#former, stranger: 'owner-x' }[by]
  }

  async #commitOf(
    { by: sender, ahead, generation }: Extract<Step, { kind: 'span' }>,
    { journeys, dictionary, due, dueDropped, ledger, records, lastRecord }: Changes,
  ): Promise<Commit> {
    const { token, meta } = await this.#reference.owner()
    const known = meta ?? META
    const from = known.next + ahead
    return commitOf({
      token: this.#name(sender, token),
      from,
      meta: {
        ...known,
        next: from + records,
        generation: known.generation + generation,
        journeysBegun: known.journeysBegun + journeys.length,
        lastRecord,
      },
      persons: persons(...journeys.map(([who]) => PEOPLE[who]!)),
      journeys: bytes(...journeys.map(([, value]) => value)),
      dictionary,
      dueDropped,
      dueAppended: due.map(([at, who]) => ({
        hour: at,
        persons: persons(...who.map((i) => PEOPLE[i]!)),
      })),
      ledger: ledger.map(([at, rows]) => ({
        hour: at,
        fields: bytes(...Object.keys(rows)),
        values: bytes(...Object.values(rows)),
      })),
    })
  }
}
