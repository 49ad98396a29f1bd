// Decisions that must depend on each record alone, taken per batch or by a wall clock. A batch
// begins where nothing has changed since the last commit was taken.
import type { Mutant } from './mutant.ts'

const PARTITION = 'src/core/partition.ts'
const WORKER = 'src/runtime/partition-worker.ts'
const BEGINS_BATCH = 'journeys.changedCount === 0'

export const MUTANTS_OF_TIME: readonly Mutant[] = [
  {
    name: 'lateness-of-the-batch',
    wrong: 'late is what is late where the batch begins',
    patches: [
      { file: PARTITION, find: '  #settled = 0\n', replace: '  #settled = 0\n  #batchMs = 0\n' },
      {
        file: PARTITION,
        find: '    const idsSinceMs = this.streamTimeMs - settings.latenessMs\n    if (timeMs < idsSinceMs)',
        replace:
          `    if (${BEGINS_BATCH}) this.#batchMs = this.streamTimeMs\n` +
          '    const idsSinceMs = this.streamTimeMs - settings.latenessMs\n' +
          '    if (timeMs < this.#batchMs - settings.latenessMs)',
      },
    ],
  },
  {
    name: 'duplicates-within-the-batch-only',
    wrong: 'an id is remembered until the next commit',
    patches: [
      {
        file: PARTITION,
        find: '  #settled = 0\n',
        replace: '  #settled = 0\n  readonly #batchIds = new Set<string>()\n',
      },
      {
        file: PARTITION,
        find: "    if (isDuplicate(journeys, entry, event.idHi, event.idLo, idsSinceMs)) return 'duplicate'\n",
        replace:
          `    if (${BEGINS_BATCH}) this.#batchIds.clear()\n` +
          "    const name = [entry, event.idHi, event.idLo].join(' ')\n" +
          '    const isKnown = isDuplicate(journeys, entry, event.idHi, event.idLo, idsSinceMs)\n' +
          "    if (isKnown && this.#batchIds.has(name)) return 'duplicate'\n" +
          '    this.#batchIds.add(name)\n',
      },
    ],
  },
  {
    name: 'time-of-the-batch',
    wrong: 'stream time jumps to the latest record of the batch before it is applied',
    patches: [
      {
        file: WORKER,
        find: '    let letters: DeadLetter[] = []\n',
        replace:
          '    const { partition } = held\n' +
          '    for (const { timeMs } of span.records) {\n' +
          '      partition.streamTimeMs = Math.max(partition.streamTimeMs, timeMs)\n' +
          '    }\n' +
          '    let letters: DeadLetter[] = []\n',
      },
    ],
  },
  {
    name: 'lapse-by-wall-clock',
    wrong: 'time goes on by the clock of the process, without records',
    patches: [
      {
        file: WORKER,
        find: '    const { partition } = held\n    for (;;) {\n      const outcome',
        replace:
          '    const { partition } = held\n' +
          '    const nowMs = this.#options.clock.now()\n' +
          '    partition.streamTimeMs = Math.max(partition.streamTimeMs, nowMs)\n' +
          '    for (;;) {\n      const outcome',
      },
    ],
  },
  {
    name: 'backlog-left-behind',
    wrong: 'an acquire opens the due lists of the present hour only',
    patches: [
      {
        file: 'src/runtime/held-partition.ts',
        find: 'partition.due.fromHour(partition.streamTimeMs)',
        replace: 'Math.floor(partition.streamTimeMs / 3_600_000)',
      },
    ],
  },
]
