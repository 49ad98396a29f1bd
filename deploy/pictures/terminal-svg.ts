// Lines of a terminal, with the colours that picocolors writes, as an SVG. Every piece of text is
// stretched to its columns, so that it stands in its place in any monospaced font, and no piece
// holds two blanks, which a browser would make one; bars (U+2581 to U+2588) are drawn as
// rectangles, since fonts leave gaps between them. Pure.

const CELL = { width: 8.4, height: 18 } as const
const PADDING = 14
const FONT_SIZE = 14
const FONTS = 'ui-monospace, SFMono-Regular, Menlo, Consolas, monospace'
const BASELINE = 13.5
/** A little more than a column, so that no gap shows between two. */
const BAR_WIDTH = 8.6

const PAPER = '#0d1117'
const INK = '#e6edf3'
const DIM = '#8b949e'
const COLORS: Readonly<Record<number, string>> = { 31: '#ff7b72', 32: '#3fb950', 36: '#39c5cf' }

interface Style {
  readonly bold: boolean
  readonly dim: boolean
  readonly inverse: boolean
  readonly color: string | null
}
const PLAIN: Style = { bold: false, dim: false, inverse: false, color: null }

interface Piece {
  readonly column: number
  readonly text: string
  readonly style: Style
}

/** The style after an SGR code; one that picocolors does not write is an error. */
function styled(style: Style, code: number): Style {
  if (code === 0) return PLAIN
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 7) return { ...style, inverse: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 27) return { ...style, inverse: false }
  if (code === 39) return { ...style, color: null }
  const color = COLORS[code]
  if (color === undefined) throw new Error(`the colour ${code} has no place in the palette`)
  return { ...style, color }
}

/** Pieces of one style each, bars apart from text. */
function piecesOf(line: string): Piece[] {
  const pieces: Piece[] = []
  let [style, column] = [PLAIN, 0]
  for (const [i, part] of line.split('\u001B[').entries()) {
    const end = i === 0 ? 0 : part.indexOf('m') + 1
    if (end > 0) style = styled(style, Number(part.slice(0, end - 1)))
    for (const [text] of part.slice(end).matchAll(/[\u2581-\u2588]+|[^\u2581-\u2588]+/g)) {
      pieces.push({ column, text, style })
      column += Array.from(text).length
    }
  }
  return pieces
}

const number = (value: number): string => String(Math.round(value * 100) / 100)
const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[c] ?? '&quot;')

function barsOf({ column, text, style }: Piece, top: number): string {
  const rectangles = Array.from(text).map((bar, i) => {
    const height = ((bar.codePointAt(0)! - 0x2580) / 8) * CELL.height
    const at = `x="${number(PADDING + (column + i) * CELL.width)}" y="${number(top + CELL.height - height)}"`
    return `<rect ${at} width="${BAR_WIDTH}" height="${number(height)}"/>`
  })
  return `<g fill="${style.color ?? INK}">${rectangles.join('')}</g>`
}

function boxOf({ column, text, style }: Piece, top: number): string {
  if (!style.inverse) return ''
  const at = `x="${number(PADDING + column * CELL.width)}" y="${number(top)}"`
  const size = `width="${number(Array.from(text).length * CELL.width)}" height="${CELL.height}"`
  return `<rect ${at} ${size} fill="${style.color ?? INK}"/>`
}

/** Text between wider gaps, each at its own column. */
function textsOf({ column, text, style }: Piece, top: number): string {
  const ink = style.color ?? (style.dim ? DIM : INK)
  const weight = style.bold ? ' font-weight="bold"' : ''
  const look = `fill="${style.inverse ? PAPER : ink}"${weight}`
  const texts = [...text.matchAll(/\S+(?: \S+)*/g)].map(({ 0: shown, index }) => {
    const start = column + Array.from(text.slice(0, index)).length
    const at = `x="${number(PADDING + start * CELL.width)}" y="${number(top + BASELINE)}"`
    const width = number(Array.from(shown).length * CELL.width)
    return `<text ${at} textLength="${width}" ${look}>${escaped(shown)}</text>`
  })
  return boxOf({ column, text, style }, top) + texts.join('')
}

/** The picture of `lines`; `title` is what a reader who cannot see it is told. */
export function terminalSvg(lines: readonly string[], columns: number, title: string): string {
  const width = number(columns * CELL.width + 2 * PADDING)
  const height = number(lines.length * CELL.height + 2 * PADDING)
  const content = lines.flatMap((line, row) => {
    const top = PADDING + row * CELL.height
    return piecesOf(line)
      .map((piece) =>
        /^[\u2581-\u2588]/.test(piece.text) ? barsOf(piece, top) : textsOf(piece, top),
      )
      .filter((part) => part !== '')
  })
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>`,
    `<g font-family="${FONTS}" font-size="${FONT_SIZE}">`,
    ...content,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}
