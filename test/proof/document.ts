// test/PROOF.md: what the runs of the proof have shown, for readers who were not there.
import type { Campaign } from '../sim/campaign.ts'
import { thousands } from '../sim/histogram.ts'
import type { Hunt } from '../sim/hunt.ts'
import type { Report as BadInput } from '../bad-input/report.ts'
import type { Report as Chaos } from '../chaos/report.ts'
import type { PartRun } from './parts.ts'

/** Markdown, from the runs by name of the part. */
export function proofDocument(runs: ReadonlyMap<string, PartRun>): string {
  return [
    HEAD,
    ...section(runs, 'sim', 'Deterministic simulation', (report) => simText(report as Campaign)),
    ...section(runs, 'mutants', 'Planted bugs', (report) => mutantsText(report as Hunt)),
    ...section(runs, 'chaos', 'Real processes', (report) => chaosText(report as Chaos)),
    ...section(runs, 'bad-input', 'Bad input', (report) => badInputText(report as BadInput)),
  ].join('\n\n')
}

const HEAD = [
  '# Proof: nothing lost, nothing counted twice, whatever fails',
  '',
  'Written by `npm run proof`, which anyone can run; nothing in it was written by hand. At the end of',
  'every run below, every row of every table (booked hour, dimensions, version, lineage and all',
  'measures; read with `FINAL`; of bad input: totals over booked hours) was compared with those of an',
  'independent second implementation of the contract ([oracle](oracle/README.md)), which reads the',
  'log. CI runs a part of it at every change. How it works: [sim](sim/README.md), [chaos](chaos/README.md),',
  '[bad-input](bad-input/README.md).',
  '',
  'What no failure means: if n independent runs have not failed, the true rate of failures, of the',
  'kind that these runs could show, is below 3/n with 95 % confidence (the rule of three).',
].join('\n')

function section(
  runs: ReadonlyMap<string, PartRun>,
  name: string,
  title: string,
  text: (report: unknown) => string,
): string[] {
  const run = runs.get(name)
  if (run === undefined) return [`## ${title}`, 'Not run yet.']
  const { command, commit, day, exitCode, report } = run
  const how = `\`${command}\`, of commit \`${commit}\`, on ${day}: ${exitCode === 0 ? 'passed' : '**failed**'}.`
  return [`## ${title}`, how, text(report)]
}

function simText({ runs, seconds, threads, counts, failing }: Campaign): string {
  const rate = Math.round(runs / seconds / threads)
  const verdict =
    failing === null
      ? `${thousands(runs)} seeds, no failure: fewer than ${bound(runs)} of such runs fail (95 %).`
      : `Seed ${failing.seed} fails: ${failing.failure}`
  const speed = `${thousands(Math.round(seconds))} s on ${threads} cores, ${rate} seeds per second and core.`
  return `${verdict} ${speed} What came about in them:\n\n${table(['what', 'times'], counts)}`
}

/** 3/n, as one in so many. */
const bound = (runs: number): string => `1 in ${thousands(Math.floor(runs / 3))}`

function mutantsText({ hunted, seconds }: Hunt): string {
  const caught = hunted.filter(({ seed }) => seed !== null).length
  const rows = hunted.map(
    ({ name, wrong, seed, failure }) =>
      `| \`${name}\` | ${cell(wrong)} | ${seed ?? '**survived**'} | ${cell(failure)} |`,
  )
  return [
    `${caught} of ${hunted.length} bugs that were planted in the source are caught, in ${Math.round(seconds)} s. Seeds: how many it took.`,
    [
      '| bug | what goes wrong | seeds | what differed |',
      '| --- | --- | --- | --- |',
      ...rows,
    ].join('\n'),
  ].join('\n\n')
}

const DIFFERENCE_MAX = 110

/** One line that breaks no table. */
function cell(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  const short = line.length > DIFFERENCE_MAX ? `${line.slice(0, DIFFERENCE_MAX - 1)}…` : line
  return short.replaceAll(/[|<>*_`[\]\\]/g, (sign) => `\\${sign}`)
}

function chaosText(report: Chaos): string {
  const { seed, seconds, drain_seconds: drained, faults, fail_points: points, seen, halts } = report
  const kills = faults['kill'] ?? 0
  const all = Object.values(faults).reduce((sum, times) => sum + times, 0)
  const versions = Object.entries(report.versions).map(([name, version]) => `${name} ${version}`)
  const verdict =
    report.findings.length === 0
      ? `Every row is the oracle's after ${thousands(all)} faults, ${thousands(kills)} of them kills.`
      : `Findings: ${report.findings.map(cell).join(' · ')}`
  return [
    `${verdict} Seed ${seed}, ${thousands(Math.round(seconds))} s, drained in ${drained} s. ${versions.join(', ')}.`,
    table(['fault', 'times'], faults),
    table(['a worker was killed at', 'times'], points),
    table(['seen', 'how many'], seen),
    table(['halt, and the way on', 'partitions'], halts),
  ].join('\n\n')
}

function badInputText(report: BadInput): string {
  const { seed, offsets, records, counts, halts, skips, differing, residentMb } = report
  const verdict =
    differing === 0
      ? 'each with the outcome that the contract gives it'
      : `${differing} differences`
  return [
    `${thousands(records)} records with an outcome in ${thousands(offsets)} offsets (seed ${seed}), ${verdict}; ${halts} halts at batches that nobody can decode, ${skips} skips; at most ${residentMb} MB resident.`,
    table(['outcome', 'records'], counts),
  ].join('\n\n')
}

function table(head: readonly [string, string], figures: Readonly<Record<string, number>>): string {
  const rows = Object.entries(figures).map(
    ([name, figure]) => `| ${cell(name)} | ${thousands(figure)} |`,
  )
  return [`| ${head[0]} | ${head[1]} |`, '| --- | ---: |', ...rows].join('\n')
}
