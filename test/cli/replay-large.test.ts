// A file larger than one would hold in memory: 1 GB of 10,000 persons, out of order, within 1.5 GB
// of resident memory for the whole process (engine, heap and state). Under CI; elsewhere a
// sixteenth of it.
import { spawn } from 'node:child_process'
import { createWriteStream, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, it } from 'vitest'

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url))
const BYTES = process.env['CI'] === 'true' ? 1 << 30 : 1 << 26
const PERSONS = 10_000
const RSS_MAX = 1_500_000_000
const CHANNELS = ['tiktok_ad', 'ig_reels', 'email', 'google_search', '(direct)', 'youtube_shorts']
const START_MS = Date.UTC(2026, 0, 1)
const SPREAD_MS = 40 * 86_400_000
const JITTER_MS = 86_400_000

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'tributary-large-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** Small numbers that look random: the high half of a multiplication by a prime. */
const scatter = (i: number, range: number): number => (Math.imul(i, 0x9e37_79b1) % range) >>> 0

/** What pixels send along and nobody counts. */
const PAGE = {
  user_agent:
    'Mozilla/5.0 (iPhone; CPU iPhone OS 26_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.1 Mobile/15E148 Safari/604.1',
  page_url: `https://shop.example/collections/${'new-arrivals-and-more/'.repeat(6)}item`,
  referrer: `https://video.example/${'watch/for-you/'.repeat(12)}`,
  consent: 'analytics,ads,personalisation',
  screen: { width: 1179, height: 2556, ratio: 3, locale: 'de-DE', timezone: 'Europe/Berlin' },
}

/** About 900 bytes; one event in a hundred is a purchase. Times are out of order by up to a day. */
function line(i: number, total: number): string {
  const person = scatter(i + 7, 1 << 30) % PERSONS
  const timeMs =
    START_MS + Math.floor((i / total) * SPREAD_MS) + (scatter(i + 3, 1 << 30) % JITTER_MS)
  const isPurchase = i % 100 === 99
  return `${JSON.stringify({
    event_id: `event-${i}`,
    user_hash: `${String(person).padStart(8, '0')}${'c0ffee00'.repeat(7)}`,
    timestamp: new Date(timeMs).toISOString(),
    channel: CHANNELS[i % CHANNELS.length],
    action_type: isPurchase ? 'purchase' : 'click',
    metadata: isPurchase
      ? { value: '19.99', currency: 'EUR', transaction_id: `order-${i}`, source: 'checkout' }
      : {
          ...PAGE,
          utm_campaign: `campaign-${i % 7}`,
          content_id: `video-${i % 501}`,
          session_id: `s${i}`,
        },
  })}\n`
}

async function writeEvents(file: string): Promise<number> {
  const total = Math.ceil(BYTES / line(1, 2).length)
  const stream = createWriteStream(file)
  let chunk = ''
  for (let i = 0; i < total; i++) {
    chunk += line(i, total)
    if (chunk.length < 1 << 20) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await once(stream, 'close')
  return total
}

/** The highest resident size that the process has had, in bytes. */
function peakBytes(pid: number): number {
  const [, kilobytes] = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? []
  return Number(kilobytes ?? 0) * 1024
}

it.skipIf(!existsSync('/proc/self/status'))(
  `replays ${BYTES >> 20} MB of 10,000 persons within 1.5 GB (skipped without /proc)`,
  { timeout: 900_000 },
  async () => {
    const file = path.join(folder, 'events.ndjson')
    const total = await writeEvents(file)
    const args = [MAIN, 'replay', file, '--db', path.join(folder, 'db'), '--json', '--quiet']
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
    let stdout = ''
    child.stdout.on('data', (text: Buffer) => (stdout += text.toString()))
    let peak = 0
    const watch = setInterval(() => {
      if (child.exitCode === null) peak = Math.max(peak, peakBytes(child.pid!))
    }, 100)
    const [code] = (await once(child, 'close')) as [number]
    clearInterval(watch)
    expect(code).toBe(0)
    const report = JSON.parse(stdout) as Record<string, unknown>
    expect(report['records']).toEqual({ applied: total })
    expect(report['conversions']).toEqual({ purchase: Math.floor(total / 100) })
    console.log(`peak resident size ${Math.round(peak / 1e6)} MB for ${total} records`)
    expect(peak).toBeGreaterThan(0)
    expect(peak).toBeLessThan(RSS_MAX)
  },
)
