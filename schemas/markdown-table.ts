// A Markdown table as text; what would end a cell is escaped.

const cell = (text: string): string => text.replaceAll('|', String.raw`\|`)

/** Every row has as many cells as the header. */
export const markdownTable = (
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string =>
  [header, header.map(() => '---'), ...rows]
    .map((cells) => `| ${cells.map(cell).join(' | ')} |`)
    .join('\n')
