// Mistakes around the state: the fence, the owner, what an error of the store means, what memory is
// worth after a failure.
import type { Mutant } from './mutant.ts'

const TWIN = 'src/adapters/memory/memory-state-store.ts'
const WORKER = 'src/runtime/partition-worker.ts'
const HELD = 'src/runtime/held-partition.ts'
const COMMIT = 'src/runtime/commit.ts'
const ACQUIRE = 'src/runtime/acquire.ts'

export const MUTANTS_OF_THE_STORE: readonly Mutant[] = [
  {
    name: 'fence-dropped',
    wrong: 'a commit is applied wherever the state stands',
    patches: [
      {
        file: TWIN,
        find: 'if (!isOwner || meta.next !== commit.from || meta.generation !== commit.meta.generation) {',
        replace: 'if (!isOwner || meta.generation !== commit.meta.generation) {',
      },
    ],
  },
  {
    name: 'fence-on-first-record',
    wrong: 'the fence compares the first record, not where the covered span begins',
    patches: [
      {
        file: WORKER,
        find: 'if (span.from !== held.meta.next) {',
        replace: 'if ((span.records[0]?.offset ?? span.from) !== held.meta.next) {',
      },
    ],
  },
  {
    name: 'token-not-checked',
    wrong: 'whoever stands at the right offset may commit, owner or not',
    patches: [
      {
        file: TWIN,
        find: 'const isOwner = commit.token === this.#token && meta !== null',
        replace: 'const isOwner = meta !== null',
      },
    ],
  },
  {
    name: 'store-error-taken-as-applied',
    wrong: 'a commit that failed is believed to have happened',
    patches: [
      {
        file: COMMIT,
        find: '    } catch {\n      await clock.sleep(wait, signal)\n    }\n    const position',
        replace: '    } catch {\n      return\n    }\n    const position',
      },
    ],
  },
  {
    name: 'store-error-taken-as-not-applied',
    wrong: 'a commit that failed is forced on top of whatever is there',
    patches: [
      {
        file: COMMIT,
        find: 'commit: Commit): Promise<void> {',
        replace: 'first: Commit): Promise<void> {\n  let commit = first',
      },
      {
        file: COMMIT,
        find: "    const position = await askPosition(ports, commit)\n    if (position === 'done') return",
        replace:
          '    const found = (await store.acquire(commit.token).catch(() => null))?.next ?? commit.from\n' +
          '    commit = { ...commit, from: found }\n' +
          '    const position = await askPosition(ports, commit)',
      },
    ],
  },
  {
    name: 'cache-kept-after-fence-miss',
    wrong: 'memory outlives the failure that should have ended it',
    patches: [
      {
        file: WORKER,
        find: '    this.#held = null\n    const acquired = await acquire(this.#options, log)',
        replace:
          '    const acquired = await acquire(this.#options, log)\n' +
          '    Object.assign(acquired, { partition: this.#held?.partition ?? acquired.partition })',
      },
      { file: WORKER, find: '    if (this.#held === held) this.#held = null\n', replace: '' },
    ],
  },
  {
    name: 'second-batch-kept',
    wrong: 'a commit goes out although the one before it failed',
    patches: [
      {
        file: HELD,
        find: '    if (failure !== null) throw failure\n',
        replace: '    void failure\n',
      },
    ],
  },
  {
    name: 'evicted-before-commit',
    wrong: 'journeys leave memory while the commit that holds them is under way',
    patches: [
      {
        file: WORKER,
        find: 'if (isFull || hour > partition.due.openedThrough) await this.#drain(held)',
        replace: 'if (hour > partition.due.openedThrough) await this.#drain(held)',
      },
    ],
  },
  {
    name: 'due-lists-read-beside-commit',
    wrong: 'due lists are read while the commit that appends to them is under way',
    patches: [
      {
        file: WORKER,
        find: 'if (isFull || hour > partition.due.openedThrough) await this.#drain(held)',
        replace: 'if (isFull) await this.#drain(held)',
      },
    ],
  },
  {
    name: 'due-lists-read-up-to-the-hour',
    wrong: 'the due list of the hour just reached is not opened',
    patches: [
      {
        file: 'src/runtime/loading.ts',
        find: 'await store.loadDue(hourFrom, hour)',
        replace: 'await store.loadDue(hourFrom, hour - 1)',
      },
    ],
  },
  {
    name: 'commit-cut-one-too-far',
    wrong: 'a commit that is cut claims the record behind it',
    patches: [{ file: WORKER, find: 'to: record.offset,', replace: 'to: record.offset + 1,' }],
  },
  {
    name: 'amnesia-not-noticed',
    wrong: 'an empty store is begun anew although the partition is known',
    patches: [
      {
        file: ACQUIRE,
        find: '  if (isKnown) {',
        replace: '  if (isKnown && log.bounds.high < 0) {',
      },
    ],
  },
  {
    name: 'ledger-not-asked-at-amnesia',
    wrong: 'only the group is asked whether a partition without state is known',
    patches: [
      {
        file: ACQUIRE,
        find: '(await ledger.progress(topic, partition))',
        replace: '(await ledger.progress(topic, -1))',
      },
      {
        file: ACQUIRE,
        find: '(await ledger.lineages(topic, partition))',
        replace: '(await ledger.lineages(topic, -1))',
      },
    ],
  },
  {
    name: 'group-offset-believed',
    wrong: 'a partition without state begins where the group has noted',
    patches: [
      {
        file: ACQUIRE,
        find: "options.start === 'latest' ? log.bounds.high : log.bounds.low",
        replace: 'log.groupNext ?? log.bounds.low',
      },
      {
        file: ACQUIRE,
        find: '  if (isKnown) {',
        replace: '  if (isKnown && log.groupNext === null) {',
      },
    ],
  },
  {
    name: 'owner-not-asked-after-acquire',
    wrong: 'what was read while another took the partition over is believed',
    patches: [
      {
        file: ACQUIRE,
        find: '    await expectOwner(options.store, token)\n    await options',
        replace: '    await options',
      },
      {
        file: ACQUIRE,
        find: '    if (error instanceof PartitionHalt) await expectOwner(options.store, token)\n',
        replace: '',
      },
    ],
  },
  {
    name: 'owner-outlives-the-store',
    wrong: 'who owned a state before Redis started anew goes on with it',
    patches: [
      {
        file: TWIN,
        find: '    this.#token = null\n    return Promise.resolve()',
        replace: '    return Promise.resolve()',
      },
    ],
  },
  {
    name: 'halt-believed-at-once',
    wrong: 'log and state, seen one after the other, are taken for of one moment',
    patches: [
      {
        file: ACQUIRE,
        find: 'await verify(meta, options, await log.again())',
        replace: 'throw error',
      },
    ],
  },
  {
    name: 'stop-without-waiting',
    wrong: 'a stop leaves commits and rows under way behind',
    patches: [
      {
        file: 'src/runtime/worker.ts',
        find: '    await within(clock, DRAIN_MAX_MS, Promise.all(ends))\n',
        replace: '    void ends\n',
      },
      {
        file: 'src/runtime/worker.ts',
        find: '    await within(clock, FLUSH_MAX_MS, this.#flushLoop.flush())\n',
        replace: '',
      },
    ],
  },
]
