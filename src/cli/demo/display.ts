// What a watcher gets on stderr while the demo runs: a screen on a terminal, a line every few
// seconds off it, nothing with --quiet. All of it from figures that were read from the ledger.
import { colorsOf } from '../colors.ts'
import type { Figures } from './figures.ts'
import { countText, moneyText } from './number-text.ts'
import { screenLines } from './screen.ts'
import { streamTimeText } from './sections.ts'
import { createSpeed } from './speed.ts'
import { openTerminal } from './terminal.ts'

export interface Display {
  /** Figures are wanted so often, at most; null: never. */
  readonly everyMs: number | null
  show(figures: Figures): void
  /** Gives the terminal back; call it however the work ends. */
  close(): void
}

export interface DisplayOptions {
  readonly quiet: boolean
  /** Records that the run ends with; null: with Ctrl-C. */
  readonly goal: number | null
}

const FRAME_MS = 400
const LINE_MS = 5000

export function openDisplay({ quiet, goal }: DisplayOptions): Display {
  if (quiet) return { everyMs: null, show: () => undefined, close: () => undefined }
  return process.stderr.isTTY ? openScreen(goal) : lines()
}

function openScreen(goal: number | null): Display {
  const terminal = openTerminal(process.stderr)
  const colors = colorsOf(process.stderr)
  const speed = createSpeed()
  return {
    everyMs: FRAME_MS,
    show(figures) {
      const perSecond = speed(figures.records)
      terminal.draw((size) => screenLines(figures, size, { colors, perSecond, goal }))
    },
    close: () => terminal.close(),
  }
}

function lines(): Display {
  const speed = createSpeed()
  return {
    everyMs: LINE_MS,
    show(figures) {
      const perSecond = speed(figures.records)
      process.stderr.write(`${lineOf(figures, perSecond)}\n`)
    },
    close: () => undefined,
  }
}

function lineOf(figures: Figures, perSecond: number | null): string {
  const show = figures.shows.at(-1)
  const parts = [
    streamTimeText(figures),
    `${countText(figures.records)} events`,
    ...(perSecond === null ? [] : [`${countText(perSecond)}/s`]),
    `${countText(figures.purchases)} purchases`,
    ...(show === undefined
      ? []
      : [
          `${show.id}: ${countText(show.viewers)} viewers, ${countText(show.orders)} orders`,
          ...show.byCurrency
            .filter(({ currency }) => currency === figures.currency)
            .map(({ currency, gmv }) => `GMV ${currency} ${moneyText(gmv, currency)}`),
        ]),
  ]
  return parts.join(', ')
}
