// Mistakes on the way to ClickHouse: versions, what counts as landed, what may be forgotten, which
// lineage is summed.
import type { Mutant } from './mutant.ts'

const FLUSHER = 'src/runtime/flusher.ts'
const PUBLISH = 'src/runtime/publish.ts'
const LEDGER = 'src/core/ledger.ts'
const ROW = 'src/core/ledger-row.ts'
const LEDGER_TWIN = 'src/adapters/memory/memory-ledger.ts'
const NEW_LINEAGE = 'src/runtime/operator/new-lineage.ts'

export const MUTANTS_OF_THE_LEDGER: readonly Mutant[] = [
  {
    name: 'dirty-flag-cleared',
    wrong: 'a row that changed while it was sent counts as landed',
    patches: [
      {
        file: LEDGER,
        find: '    if (!this.isFlushed(row) && this.offsets[row] === offset) this.unflushed--\n    this.#landed[row] = offset\n',
        replace:
          '    if (!this.isFlushed(row) && offset >= 0) this.unflushed--\n    this.#landed[row] = this.offsets[row]!\n',
      },
    ],
  },
  {
    name: 'version-from-a-counter',
    wrong: 'every insert has a version of its own',
    patches: [
      {
        file: ROW,
        find: 'export const version = (generation: number, offset: number): string =>\n  String((BigInt(generation) << OFFSET_BITS) | BigInt(offset))',
        replace:
          'let inserts = 0\nexport const version = (generation: number, offset: number): string =>\n  String((BigInt(generation) << OFFSET_BITS) | BigInt(offset + ++inserts))',
      },
    ],
  },
  {
    name: 'version-without-generation',
    wrong: 'rows of other logic or settings have versions of the same rank',
    patches: [
      {
        file: ROW,
        find: 'String((BigInt(generation) << OFFSET_BITS) | BigInt(offset))',
        replace: 'String((BigInt(generation > 0 ? 1 : 0) << OFFSET_BITS) | BigInt(offset))',
      },
    ],
  },
  {
    name: 'highest-version-does-not-win',
    wrong: 'of two rows of a key the one that came last counts',
    patches: [
      {
        file: LEDGER_TWIN,
        find: 'if (held === undefined || versionOf(row) >= versionOf(held)) winners.set(key, row)',
        replace: 'if (held !== row) winners.set(key, row)',
      },
    ],
  },
  {
    name: 'ledger-error-taken-as-landed',
    wrong: 'rows of an insert that failed count as landed',
    patches: [
      {
        file: PUBLISH,
        find: "await passing(probe, 'insert-sent', ledger.insert(name, rows))",
        replace:
          "await passing(probe, 'insert-sent', ledger.insert(name, rows)).catch(() => undefined)",
      },
    ],
  },
  {
    name: 'restored-rows-taken-for-landed',
    wrong: 'rows that come back from the store are never sent',
    patches: [
      {
        file: LEDGER,
        find: '  restore(row: number, offset: number): void {\n    this.#setOffset(row, offset)\n',
        replace:
          '  restore(row: number, offset: number): void {\n    this.#setOffset(row, offset)\n    this.markLanded(row, offset)\n',
      },
    ],
  },
  {
    name: 'hour-forgotten-unverified',
    wrong: 'a closed hour leaves the store before ClickHouse was seen to hold it',
    patches: [
      {
        file: FLUSHER,
        find: 'verified.push(...(await this.#verify(run)))',
        replace: 'verified.push(...(words < 0 ? await this.#verify(run) : run))',
      },
    ],
  },
  {
    name: 'open-hour-forgotten',
    wrong: 'the current hour counts as closed',
    patches: [
      {
        file: FLUSHER,
        find: 'hour < now && unflushed === 0',
        replace: 'hour <= now && unflushed === 0',
      },
    ],
  },
  {
    name: 'open-hours-never-rechecked',
    wrong: 'rows that ClickHouse lost of an open hour stay lost',
    patches: [
      {
        file: FLUSHER,
        find: '        booked.tables[table]!.markLost(row)\n        lost++\n',
        replace: '        lost++\n',
      },
    ],
  },
  {
    name: 'noted-ahead-of-the-state',
    wrong: 'the group is told of records that are not committed',
    patches: [
      {
        file: 'src/runtime/flush-together.ts',
        find: 'await loop.note(committed.next)',
        replace: 'await loop.note(loop.state.bounds.high)',
      },
    ],
  },
  {
    name: 'dead-letters-not-awaited',
    wrong: 'a batch commits before its dead letters are durable',
    patches: [
      {
        file: 'src/runtime/held-partition.ts',
        find: 'await deadLetters.send(letters)',
        replace: 'deadLetters.send(letters).catch(() => undefined)',
      },
    ],
  },
  {
    name: 'old-lineages-not-retired',
    wrong: 'a rebuilt lineage is summed beside those it replaces',
    patches: [
      {
        file: FLUSHER,
        find: "lineage !== this.#lineage && status !== 'retired'",
        replace: "lineage === this.#lineage && status !== 'retired'",
      },
    ],
  },
  {
    name: 'replaced-state-goes-on',
    wrong:
      'a state from before an operator began another lineage is taken for the one that goes on',
    patches: [
      {
        file: 'src/runtime/lineage-in-force.ts',
        find: "  if (own.status === 'retired') return true\n",
        replace: '  if (own !== undefined) return false\n',
      },
    ],
  },
  {
    name: 'given-up-unseen',
    wrong: 'a lineage that was given up before anything of it had landed has no row',
    patches: [
      {
        file: 'src/runtime/operator/new-lineage.ts',
        find: ': unlisted),',
        replace: ': []),',
      },
    ],
  },
  {
    name: 'rebuild-summed-too-soon',
    wrong: 'a lineage that is being built is summed before it has come to the log end',
    patches: [
      {
        file: FLUSHER,
        find: 'if (this.#activeAt === 0 || next < this.#activeAt) return',
        replace: 'if (this.#activeAt === 0 || next < 0) return',
      },
    ],
  },
  {
    name: 'generation-not-raised',
    wrong: 'a new lineage has the versions of the old one',
    patches: [
      {
        file: NEW_LINEAGE,
        find: 'Math.max(found.meta?.generation ?? 0, lineages.length) + 1',
        replace: 'Math.max(found.meta?.generation ?? 0, 1)',
      },
    ],
  },
  {
    name: 'old-lineage-not-brought-home',
    wrong: 'a state is given up before its rows have landed',
    patches: [
      {
        file: 'src/runtime/operator/close-lineage.ts',
        find: '    await flusher.publish(snapshot)\n',
        replace: '    if (snapshot.tables.length === 0) await flusher.publish(snapshot)\n',
      },
    ],
  },
]
