// Mistakes in reading the log: gaps, what was given up, and everything that must halt a partition
// but does not. The log end has no mutant of its own: a state beyond it is also told by its last
// record, which is not there.
import type { Mutant } from './mutant.ts'

const ACQUIRE = 'src/runtime/acquire.ts'
const CONSUME = 'src/runtime/consume.ts'
const REFUSAL = 'src/runtime/topic-refusal.ts'
const WORKER = 'src/runtime/partition-worker.ts'

/** A condition that never holds, in place of the one that halts. */
function unnoticed(name: string, file: string, condition: string, never: string): Mutant {
  const wrong = `the halt is missing: ${condition}`
  return {
    name,
    wrong,
    patches: [{ file, find: `if (${condition}) {`, replace: `if (${never}) {` }],
  }
}

export const MUTANTS_OF_THE_LOG: readonly Mutant[] = [
  {
    name: 'gap-taken-for-empty',
    wrong: 'the client jumped ahead, so what lies between is taken for a gap',
    patches: [
      {
        file: CONSUME,
        find: '      if (error instanceof OffsetOutOfRange || reading.aborted) throw error\n',
        replace:
          '      if (reading.aborted) throw error\n' +
          '      if (error instanceof OffsetOutOfRange) {\n' +
          '        const { low } = await source.bounds(partition)\n' +
          '        const read = await source.read(partition, Math.max(low, from))\n' +
          '        return { ...read, span: { ...read.span, from } }\n' +
          '      }\n',
      },
      {
        file: CONSUME,
        find: '    const read = cutAtSkip(found, skips)\n',
        replace:
          '    const jumped = { ...found, span: { ...found.span, from: next } }\n' +
          '    const read = cutAtSkip(jumped, skips)\n',
      },
    ],
  },
  {
    name: 'skip-not-obeyed-in-replay',
    wrong: 'what was given up is applied by whoever can decode it',
    patches: [
      {
        file: CONSUME,
        find: '= cutAtSkip(found, skips)',
        replace: '= skips.length < 0 ? cutAtSkip(found, skips) : found',
      },
    ],
  },
  {
    name: 'skip-not-asked-of-the-ledger',
    wrong: 'a state that fell back to before a skip halts again',
    patches: [
      {
        file: CONSUME,
        find: 'if (!isKnown && !(await answered(to, ask)).some(covers)) {',
        replace: 'if (!isKnown && (ask.length > 0 || covers.length > 0)) {',
      },
    ],
  },
  {
    name: 'skip-not-booked',
    wrong: 'offsets that were given up are not counted as rejected',
    patches: [
      {
        file: WORKER,
        find: '        skipOffsets(held.partition, from, to)\n',
        replace: '        if (to < from) skipOffsets(held.partition, from, to)\n',
      },
    ],
  },
  {
    name: 'rebuild-forgets-skips',
    wrong: 'a new lineage does not know what was given up',
    patches: [
      {
        file: 'src/runtime/first-meta.ts',
        find: 'skips: formatOffsetRanges(skips),',
        replace: 'skips: formatOffsetRanges(skips.slice(0, 0)),',
      },
    ],
  },
  {
    name: 'rebuild-forgets-partition-counts',
    wrong: 'a new lineage refuses records placed under an earlier number of partitions',
    patches: [
      {
        file: 'src/runtime/first-meta.ts',
        find: 'formatPartitionCounts(counts.length > 0 ? counts : present)',
        replace: 'formatPartitionCounts(counts.length < 0 ? counts : present)',
      },
    ],
  },
  {
    name: 'trimmed-record-looked-for',
    wrong: 'a log trimmed up to the next record is refused',
    patches: [
      {
        file: ACQUIRE,
        find: '  if (offset < low) return\n',
        replace: '  if (offset < -low) return\n',
      },
    ],
  },
  {
    name: 'future-record-applied',
    wrong: 'a record ahead of the clock is refused only after it was applied',
    patches: [
      {
        file: WORKER,
        find: '    this.#refuseFuture(span)\n    const hour',
        replace: '    const hour',
      },
      {
        file: WORKER,
        find: '        await this.#compute(held, span)\n',
        replace: '        await this.#compute(held, span)\n        this.#refuseFuture(span)\n',
      },
    ],
  },
  unnoticed(
    'settings-not-compared',
    ACQUIRE,
    'meta.fingerprint !== options.fingerprint',
    "meta.fingerprint === ''",
  ),
  unnoticed('group-not-compared', ACQUIRE, 'meta.group !== options.group', "meta.group === ''"),
  unnoticed('log-start-not-compared', ACQUIRE, 'meta.next < low', 'meta.next < 0'),
  unnoticed(
    'last-record-not-compared',
    ACQUIRE,
    'record === null || recordFingerprint(record) !== meta.lastRecord',
    "record !== null && recordFingerprint(record) === ''",
  ),
  unnoticed(
    'topic-id-not-compared',
    ACQUIRE,
    'isOtherTopic(meta.topicId, log.facts.topicId)',
    "meta.topicId === ' '",
  ),
  unnoticed(
    'other-topic-read-on',
    CONSUME,
    'isOtherTopic(to.topicId, read.topicId)',
    "read.topicId === ' '",
  ),
  unnoticed('cluster-not-compared', REFUSAL, 'clusterId !== facts.clusterId', "clusterId === ''"),
  unnoticed('partition-count-not-compared', REFUSAL, 'count !== facts.partitions', 'count < 0'),
  unnoticed('compaction-not-noticed', REFUSAL, 'facts.isCompacted', 'count < 0'),
  {
    name: 'create-time-not-noticed',
    wrong: 'the halt is missing: facts.isCreateTime',
    patches: [
      {
        file: REFUSAL,
        find: '  if (facts.isCreateTime && !allowCreateTime) throw createTimeHalt()\n',
        replace:
          '  if (facts.isCreateTime && !allowCreateTime && count < 0) throw createTimeHalt()\n',
      },
      {
        file: CONSUME,
        find: '  if (read.hasCreateTime && !options.allowCreateTime) throw createTimeHalt()\n',
        replace: '  if (read.hasCreateTime && next < 0) throw createTimeHalt()\n',
      },
    ],
  },
  {
    name: 'eviction-not-noticed',
    wrong: 'the halt is missing: the store would evict',
    patches: [
      {
        file: ACQUIRE,
        find: 'if (policy !== null) throw evictionHalt(policy)',
        replace: "if (policy === '') throw evictionHalt(policy)",
      },
      {
        file: CONSUME,
        find: 'if (policy !== null) throw evictionHalt(policy)',
        replace: "if (policy === '') throw evictionHalt(policy)",
      },
    ],
  },
  {
    name: 'missing-parts-not-noticed',
    wrong: 'the halt is missing: parts of the state are gone',
    patches: [
      {
        file: ACQUIRE,
        find: '  if (found === written) return\n',
        replace: '  if (found === written || written >= 0) return\n',
      },
    ],
  },
  {
    name: 'undecodable-batch-passed-over',
    wrong: 'the halt is missing: a batch that cannot be decoded is skipped without an operator',
    patches: [
      {
        file: CONSUME,
        find: 'if (!isKnown && !(await answered(to, ask)).some(covers)) {',
        replace: 'if (!isKnown && (await answered(to, ask)).length < 0) {',
      },
    ],
  },
  {
    name: 'clock-ahead-not-noticed',
    wrong: 'the halt is missing: a record is ahead of the clock',
    patches: [
      {
        file: WORKER,
        find: 'this.#options.clock.now() + CLOCK_SKEW_MAX_MS',
        replace: 'this.#options.clock.now() * 2 + CLOCK_SKEW_MAX_MS',
      },
    ],
  },
]
