// A screen of our own on a terminal: the alternate screen, redrawn in place, given back however
// the process ends (a crash, Ctrl-C, a signal, Ctrl-Z), so that nobody is left without a cursor.
import type { WriteStream } from 'node:tty'
import type { Size } from './screen.ts'

const ESC = '\u001B['
/** Alternate screen; no cursor; lines too long are cut and not wrapped. */
const ENTER = `${ESC}?1049h${ESC}?25l${ESC}?7l${ESC}2J`
const LEAVE = `${ESC}2J${ESC}?7h${ESC}?25h${ESC}?1049l`
/** Terminals that know it show a frame as a whole. */
const FRAME = `${ESC}?2026h${ESC}H`
const FRAME_END = `${ESC}?2026l`
/** Before the text: after it the cursor may stand on the last column, which would go too. */
const CLEAR_LINE = `${ESC}2K`

export interface Terminal {
  /** Draws the lines that `render` gives for the present size, and again whenever that changes. */
  draw(render: (size: Size) => readonly string[]): void
  close(): void
}

const ENDING_SIGNALS = ['SIGTERM', 'SIGHUP', 'SIGTSTP'] as const

export function openTerminal(stream: WriteStream): Terminal {
  let render: ((size: Size) => readonly string[]) | null = null
  const redraw = (): void => {
    if (render === null) return
    const { columns, rows } = stream
    const lines = render({ columns, rows })
    const frame = Array.from({ length: rows }, (_, row) => CLEAR_LINE + (lines[row] ?? ''))
    stream.write(FRAME + frame.join('\r\n') + FRAME_END)
  }
  // A terminal is written to at once, so also as the process exits.
  const leave = (): void => void stream.write(LEAVE)
  const enter = (): void => {
    stream.write(ENTER)
    redraw()
  }
  /** Ends or stops as without a handler; the handler is back when the process goes on. */
  const end = (signal: NodeJS.Signals): void => {
    leave()
    process.off(signal, end)
    process.kill(process.pid, signal)
  }
  const goOn = (): void => {
    process.off('SIGTSTP', end)
    process.on('SIGTSTP', end)
    enter()
  }
  process.on('exit', leave)
  process.on('SIGCONT', goOn)
  for (const signal of ENDING_SIGNALS) process.on(signal, end)
  stream.on('resize', redraw)
  enter()
  return {
    draw(next) {
      render = next
      redraw()
    },
    close() {
      process.off('exit', leave)
      process.off('SIGCONT', goOn)
      for (const signal of ENDING_SIGNALS) process.off(signal, end)
      stream.off('resize', redraw)
      leave()
    },
  }
}
