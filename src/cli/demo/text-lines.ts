// Lines for a terminal: measured without their colours, aligned into columns, wrapped and cut.
// Pure.
import { stripVTControlCharacters } from 'node:util'

/** Columns that a line takes; its text is of characters one column wide. */
export const widthOf = (line: string): number => stripVTControlCharacters(line).length

export const padLine = (line: string, columns: number): string =>
  line + ' '.repeat(Math.max(0, columns - widthOf(line)))

/** A line that is too long loses its end, and its colours with it; the mark says so. */
export const cutLine = (line: string, columns: number): string =>
  widthOf(line) <= columns ? line : `${stripVTControlCharacters(line).slice(0, columns - 1)}…`

/** The line with a note at the right edge, if there is room for it. */
export function noteRight(line: string, note: string, columns: number): string {
  const blanks = columns - widthOf(line) - widthOf(note)
  return blanks < 3 ? line : line + ' '.repeat(blanks) + note
}

/** Two blocks of lines side by side; the left one takes so many columns. */
export function sideBySide(
  left: readonly string[],
  right: readonly string[],
  columns: number,
): string[] {
  return Array.from({ length: Math.max(left.length, right.length) }, (_, i) =>
    `${padLine(left[i] ?? '', columns)}   ${right[i] ?? ''}`.trimEnd(),
  )
}

/**
 * Rows as lines: the first column to the left, all others to the right; two blanks between, if
 * they fit.
 */
export function tableLines(rows: readonly (readonly string[])[], columns = Infinity): string[] {
  const count = Math.max(0, ...rows.map((row) => row.length))
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...rows.map((row) => widthOf(row[i] ?? ''))),
  )
  const wide = widths.reduce((sum, width) => sum + width, 0) + 2 * (count - 1)
  const gap = wide <= columns ? '  ' : ' '
  return rows.map((row) =>
    row
      .map((cell, i) => {
        const blanks = ' '.repeat(widths[i]! - widthOf(cell))
        return i === 0 ? cell + blanks : blanks + cell
      })
      .join(gap)
      .trimEnd(),
  )
}

/** Items in as few lines as they fit in, with a dot between two; none is broken. */
export function wrapItems(items: readonly string[], columns: number): string[] {
  const lines: string[] = []
  for (const item of items) {
    const line = lines.at(-1)
    const longer = `${line} · ${item}`
    if (line !== undefined && widthOf(longer) <= columns) lines[lines.length - 1] = longer
    else lines.push(item)
  }
  return lines
}

/** As many of the items as fit into so many lines; then how many are missing. */
export function fitItems(items: readonly string[], columns: number, lines: number): string[] {
  for (let kept = items.length; kept > 0; kept--) {
    const rest = kept === items.length ? [] : [`${items.length - kept} more`]
    const wrapped = wrapItems([...items.slice(0, kept), ...rest], columns)
    if (wrapped.length <= lines) return wrapped
  }
  return []
}
