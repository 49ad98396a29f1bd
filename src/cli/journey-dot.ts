// The journey graph in DOT, for Graphviz: a cluster per path, conversions rounded, the credit of
// each conversion as a table beside it. With one model its shares are dashed edges as well.
import type { ConversionNode, JourneyGraph } from '../core/graph/journey-graph.ts'
import { spanText } from '../core/graph/span-text.ts'
import {
  conversionLines,
  forgottenText,
  percent,
  sharesText,
  touchpointLines,
  visible,
  wrapped,
} from './journey-words.ts'

const CREDIT = 'style=dashed, color="#8250df", fontcolor="#8250df", constraint=false'
const WHY_WIDTH = 60

/** A quoted string of DOT, in which Graphviz reads entities too; `\n` between lines. */
const quoted = (...lines: readonly string[]): string => {
  const escaped = lines.map((line) =>
    visible(line).replaceAll('&', '&amp;').replaceAll(/["\\]/g, '\\$&'),
  )
  return `"${escaped.join('\\n')}"`
}

const markup = (text: string): string =>
  visible(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')

/** Lines of a cell, each set to the left. */
const cellText = (text: string): string =>
  wrapped(text, WHY_WIDTH)
    .map((line) => `${markup(line)}<BR ALIGN="LEFT"/>`)
    .join('')

export function journeyDot(graph: JourneyGraph): string {
  const nodes = new Map([...touchpointNodes(graph), ...conversionNodes(graph)])
  const inPaths = new Set(graph.paths.flatMap((path) => path.nodes))
  const lines = [
    'digraph journey {',
    '  rankdir=LR; fontname="Helvetica"; nodesep=0.3;',
    '  node [fontname="Helvetica", fontsize=11, shape=box, style=filled, fillcolor="#eef4ff"];',
    '  edge [fontname="Helvetica", fontsize=10];',
    ...pathOrder(graph),
    ...graph.paths.flatMap((path, number) => [
      `  subgraph cluster_${number + 1} {`,
      `    label=${quoted(`Path ${number + 1} ${path.end}: ${path.why}`)}; labeljust=l; color="#888888";`,
      ...path.nodes.map((id) => `    ${nodes.get(id)!}`),
      '  }',
    ]),
    ...[...nodes].filter(([id]) => !inPaths.has(id)).map(([, node]) => `  ${node}`),
    ...graph.steps.map(({ from, to, delayMs, isTransition }) => {
      const style = isTransition ? '' : ', style=dashed'
      return `  ${from} -> ${to} [label=${quoted(spanText(delayMs))}${style}];`
    }),
    ...graph.conversions.flatMap(creditLines),
    ...forgottenLines(graph),
    '}',
  ]
  return `${lines.join('\n')}\n`
}

const touchpointNodes = ({ touchpoints }: JourneyGraph): [string, string][] =>
  touchpoints.map((one) => [one.id, `${one.id} [label=${quoted(...touchpointLines(one))}];`])

const conversionNodes = ({ conversions }: JourneyGraph): [string, string][] =>
  conversions.map((one) => {
    const look = 'style="rounded,filled", fillcolor="#d3f2dc"'
    return [one.id, `${one.id} [label=${quoted(...conversionLines(one))}, ${look}];`]
  })

function creditLines({ id, credits, unknown, candidates }: ConversionNode): string[] {
  const rows =
    unknown === ''
      ? credits.map((credit) => [credit.model, sharesText(credit), credit.why])
      : [['cannot be told any more', '', unknown]]
  const cells = rows.map(
    (row) => `<TR>${row.map((cell) => `<TD ALIGN="LEFT">${cellText(cell)}</TD>`).join('')}</TR>`,
  )
  const head = `<TR><TD COLSPAN="3" ALIGN="LEFT"><B>Credit of ${id}</B></TD></TR>`
  const table = `<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0">${head}${cells.join('')}</TABLE>`
  const lines = [
    `  k${id} [shape=plain, style="", fontsize=10, label=<${table}>];`,
    `  ${id} -> k${id} [style=dotted, arrowhead=none];`,
  ]
  if (credits.length !== 1 || candidates.length === 0) return lines
  const shares = credits[0]!.parts
    .filter(({ hasWeight }) => hasWeight)
    .map(({ to, micro }) => {
      const width = 0.5 + micro / 400_000
      return `  ${to} -> ${id} [label=${quoted(`${percent(micro)} %`)}, penwidth=${width}, ${CREDIT}];`
    })
  return [...lines, ...shares]
}

function forgottenLines(graph: JourneyGraph): string[] {
  const text = forgottenText(graph)
  if (text.length === 0) return []
  return [`  forgotten [label=${quoted(...text)}, shape=note, fillcolor="#fff8c5"];`]
}

/** Paths stand below each other in their order: the out-edges of a node that is not seen. */
function pathOrder({ paths }: JourneyGraph): string[] {
  if (paths.length === 0) return []
  const first = paths.map(({ nodes }) => `  start -> ${nodes[0]!} [style=invis];`)
  return ['  start [style=invis, shape=point, ordering=out];', ...first]
}
