// The findings of `doctor` as a table for people: what was seen, and below it what to do.
import Table from 'cli-table3'
import { colorsOf } from './colors.ts'
import type { Finding, Verdict } from './doctor-finding.ts'

/** Room on a terminal of 120 columns. */
const WIDTHS = [6, 15, 23, 71]

export function doctorText(findings: readonly Finding[]): string {
  const colors = colorsOf(process.stdout)
  const paint: Record<Verdict, (text: string) => string> = {
    PASS: colors.green,
    WARN: colors.yellow,
    FAIL: colors.red,
  }
  const table = new Table({
    head: ['', 'where', 'what', 'seen'],
    colWidths: WIDTHS,
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  for (const { verdict, service, check, seen, fix } of findings) {
    const cure = fix === '' ? '' : `\n${colors.cyan('fix:')} ${fix}`
    table.push([paint[verdict](verdict), service, check, seen + cure])
  }
  return `${table.toString()}\n${summary(findings)}\n`
}

function summary(findings: readonly Finding[]): string {
  const count = (verdict: Verdict) => findings.filter((one) => one.verdict === verdict).length
  return `${count('PASS')} passed, ${count('WARN')} to look at, ${count('FAIL')} failed`
}
