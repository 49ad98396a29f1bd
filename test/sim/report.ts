// What `npm run sim` tells people.
import Table from 'cli-table3'
import pc from 'picocolors'
import type { Campaign } from './campaign.ts'
import type { Failing } from './failing.ts'
import { histogram, thousands } from './histogram.ts'
import type { Hunt, Hunted } from './hunt.ts'
import type { OneSeed } from './one-seed.ts'
import { shortTrace } from './short-trace.ts'

const DIFFERENCE_MAX = 90
const PLAIN = { head: [], border: [], compact: true }

export function campaignText({ runs, seconds, threads, counts, failing }: Campaign): string {
  const rate = Math.round(runs / seconds / threads)
  const cores = threads === 1 ? 'one core' : `${threads} cores`
  const took = `${seconds.toFixed(1)} s on ${cores}, ${rate} seeds per second and core`
  const head =
    failing === null
      ? pc.green(`${thousands(runs)} seeds, no failure`)
      : pc.red(`seed ${failing.seed} fails`)
  const parts = [histogram(counts), `${head}: ${took}`]
  if (failing !== null) parts.push(failingText(failing))
  return lines(parts)
}

export function oneSeedText({ seed, hashes, isSame, counts, trace, failing }: OneSeed): string {
  const parts = [...trace, histogram(counts)]
  if (!isSame) {
    parts.push(pc.red(`seed ${seed} gives two different runs: ${hashes[0]} and ${hashes[1]}`))
  }
  if (failing === null) parts.push(`${pc.green(`seed ${seed}: no failure`)}, trace ${hashes[0]}`)
  else parts.push(pc.red(`seed ${seed} fails`), failingText(failing))
  return lines(parts)
}

export function huntText({ seconds, hunted }: Hunt): string {
  const table = new Table({ head: ['mutant', 'seeds', 'what differed'], style: PLAIN })
  for (const { name, seed, failure } of hunted) {
    table.push([name, seed ?? pc.red('none'), oneLine(failure)])
  }
  const survivors = survivorsOf(hunted)
  const took = `in ${seconds.toFixed(1)} s`
  const head =
    survivors.length === 0
      ? pc.green(`${hunted.length} mutants, all caught ${took}`)
      : pc.red(`${survivors.length} of ${hunted.length} mutants survive (${took})`)
  const told = survivors.map(({ name, wrong }) => `  ${name}: ${wrong}`)
  return lines([table.toString(), head, ...told])
}

export const survivorsOf = (hunted: readonly Hunted[]): Hunted[] =>
  hunted.filter(({ seed }) => seed === null)

function failingText(failing: Failing): string {
  const { records, faults, plan, trace } = failing
  return lines([
    failing.failure,
    '',
    `The smallest plan found that fails has ${records.left} of ${records.all} records and ` +
      `${faults.left} of ${faults.all} faults:`,
    ...[...plan.faults, ...plan.records].map((part) => `  ${JSON.stringify(part)}`),
    `  in ${JSON.stringify(plan.world)}`,
    '',
    ...shortTrace(trace),
    '',
    failing.smallFailure,
    '',
    `again: ${failing.repeat}`,
  ])
}

function oneLine(text: string): string {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > DIFFERENCE_MAX ? `${line.slice(0, DIFFERENCE_MAX - 1)}…` : line
}

const lines = (parts: readonly string[]): string => parts.join('\n')
