// The picture of the demo in README.md is what the demo shows today. When this fails, look at the
// new one: `npm run generate`, then deploy/pictures/demo.svg.
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { demoPicture } from '../../deploy/pictures/demo-picture.ts'
import { terminalSvg } from '../../deploy/pictures/terminal-svg.ts'

const shown = readFileSync(new URL('../../deploy/pictures/demo.svg', import.meta.url), 'utf8')

describe('the picture of the demo', () => {
  it('is the screen of today, of the same events', async () => {
    expect(await demoPicture()).toBe(shown)
  })

  it('keeps text in its columns, and lets nothing of it become markup', () => {
    const svg = terminalSvg(['\u001B[1m<b>\u001B[22m  & \u2588'], 20, 'a "title"')
    expect(svg).toContain('<title>a &quot;title&quot;</title>')
    expect(svg).toMatch(/<text x="14" [^>]*font-weight="bold">&lt;b&gt;<\/text>/)
    expect(svg).toMatch(/<text x="56" [^>]*fill="#e6edf3">&amp;<\/text>/)
    expect(svg).toMatch(/<rect x="72.8" y="14" width="8.6" height="18"\/>/)
    expect(() => terminalSvg(['\u001B[35mx'], 20, '')).toThrow('palette')
  })
})
