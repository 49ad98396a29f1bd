// The journey graph as a Mermaid flowchart: a box per path, conversions rounded, the credit of each
// conversion as a note. With one model its shares are dashed arrows as well.
import type { ConversionNode, JourneyGraph } from '../core/graph/journey-graph.ts'
import { spanText } from '../core/graph/span-text.ts'
import {
  conversionLines,
  forgottenText,
  percent,
  sharesText,
  touchpointLines,
  visible,
} from './journey-words.ts'

/** Everything that means something to Mermaid, to its HTML labels or to Markdown, as a number. */
const SPECIAL = /["#<>&;`\\|{}[\]()*_~]/g

const escaped = (text: string): string =>
  visible(text).replaceAll(SPECIAL, (c) => `#${c.codePointAt(0)!};`)

const label = (lines: readonly string[]): string => `"${lines.map(escaped).join('<br/>')}"`

export function journeyMermaid(graph: JourneyGraph): string {
  const nodes = new Map([...touchpointNodes(graph), ...conversionNodes(graph)])
  const inPaths = new Set(graph.paths.flatMap((path) => path.nodes))
  const lines = [
    // Notes of a line per model would be broken at 200 pixels.
    '%%{init: {"flowchart": {"wrappingWidth": 800}}}%%',
    'flowchart LR',
    ...graph.paths.flatMap((path, number) => [
      `  subgraph p${number + 1} [${label([`Path ${number + 1} ${path.end}: ${path.why}`])}]`,
      '    direction LR',
      ...path.nodes.map((id) => `    ${nodes.get(id)!}`),
      '  end',
    ]),
    ...[...nodes].filter(([id]) => !inPaths.has(id)).map(([, node]) => `  ${node}`),
    ...graph.steps.map(({ from, to, delayMs, isTransition }) => {
      const arrow = isTransition ? '-->' : '-.->'
      return `  ${from} ${arrow}|${label([spanText(delayMs)])}| ${to}`
    }),
    ...graph.conversions.flatMap(creditLines),
    ...forgottenLines(graph),
    '  classDef conversion fill:#d3f2dc,stroke:#1a7f37,color:#0b3d1a',
    '  classDef note fill:#fff8c5,stroke:#d4a72c,color:#3d2e00,text-align:left',
  ]
  return `${lines.join('\n')}\n`
}

const touchpointNodes = ({ touchpoints }: JourneyGraph): [string, string][] =>
  touchpoints.map((one) => [one.id, `${one.id}[${label(touchpointLines(one))}]`])

const conversionNodes = ({ conversions }: JourneyGraph): [string, string][] =>
  conversions.map((one) => [one.id, `${one.id}(${label(conversionLines(one))}):::conversion`])

function creditLines(conversion: ConversionNode): string[] {
  const { id, credits, unknown, candidates } = conversion
  const said =
    unknown === ''
      ? credits.map((credit) => `${credit.model}: ${sharesText(credit)} (${credit.why})`)
      : [`cannot be told any more: ${unknown}`]
  const lines = [`  k${id}[${label([`Credit of ${id}`, ...said])}]:::note`, `  ${id} -.- k${id}`]
  if (credits.length !== 1 || candidates.length === 0) return lines
  const shares = credits[0]!.parts
    .filter(({ hasWeight }) => hasWeight)
    .map(({ to, micro }) => `  ${to} -.->|${label([`${percent(micro)} %`])}| ${id}`)
  return [...lines, ...shares]
}

function forgottenLines(graph: JourneyGraph): string[] {
  const text = forgottenText(graph)
  return text.length === 0 ? [] : [`  forgotten[${label(text)}]:::note`]
}
