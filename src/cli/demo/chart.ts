// A small bar chart of block characters: one column per value, eight levels per line. Pure.

const LEVELS = [' ', '▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const

/**
 * Lines from top to bottom; the highest value fills them all, and no value above 0 is invisible.
 */
export function barLines(values: readonly number[], lines: number): string[] {
  const peak = Math.max(0, ...values)
  const levels = values.map((value) =>
    value <= 0 ? 0 : Math.max(1, Math.round((value / peak) * lines * 8)),
  )
  return Array.from({ length: lines }, (_, line) => {
    const floor = 8 * (lines - 1 - line)
    return levels.map((level) => LEVELS[Math.min(8, Math.max(0, level - floor))]).join('')
  })
}

/** Sums of so many neighbours that at most `columns` remain. */
export function fitColumns(
  values: readonly number[],
  columns: number,
): { readonly values: number[]; readonly perColumn: number } {
  const perColumn = Math.max(1, Math.ceil(values.length / Math.max(1, columns)))
  const sums: number[] = []
  for (let from = 0; from < values.length; from += perColumn) {
    sums.push(values.slice(from, from + perColumn).reduce((sum, value) => sum + value, 0))
  }
  return { values: sums, perColumn }
}

/** Marks under the columns, each at its own unless the mark before reaches into it. */
export function axisLine(
  marks: readonly { readonly column: number; readonly text: string }[],
): string {
  let line = ''
  for (const { column, text } of marks) {
    if (line !== '' && column <= line.length) continue
    line = line.padEnd(column) + text
  }
  return line
}
