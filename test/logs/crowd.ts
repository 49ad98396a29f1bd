// Many persons who fall due in the same few hours, so that the limits of what is settled before a
// record (16) and before a tick (1,024) bind, and records come while others still wait.
import type { Settings } from '../../src/core/settings.ts'
import type { LogEvent, LogRecord } from '../oracle/log.ts'
import { oblivionMs } from './quiet-spells.ts'
import { createDraw } from './moves.ts'
import type { Draw } from './moves.ts'

const START_MS = Date.UTC(2026, 0, 5, 10, 30)
const MINUTE_MS = 60_000
const CHANNELS = ['tiktok_ad', 'ig_story', 'email', '(direct)'] as const

export interface Crowd {
  readonly persons: number
  /** Records that come while most of the crowd waits to be settled. */
  readonly meanwhile: number
}

/**
 * Everybody comes within three hours, some buy; then a silence, after which all have lapsed;
 * records of the same persons while the backlog lasts; then ticks, and a silence after which all is
 * forgotten, with records and ticks again.
 */
export function crowdLog(seed: number, settings: Settings, crowd: Crowd): LogRecord[] {
  const draw = createDraw(seed)
  const log: LogRecord[] = []
  let timeMs = START_MS
  const tick = (): void => void log.push({ offset: log.length, timeMs, kind: 'tick' })
  const event = (person: number, action: string, ageMs = 0): void => {
    const offset = log.length
    const sent = eventOf(draw, offset, { person, action, timeMs: timeMs - ageMs })
    log.push({ offset, timeMs, kind: 'event', event: sent })
  }
  const meanwhile = (): void => {
    for (let i = 0; i < crowd.meanwhile; i++) {
      timeMs += draw(0, 2) * MINUTE_MS
      const person = draw(0, crowd.persons - 1)
      // Late touches may bring back a path whose person has not been settled yet.
      const ageMs = draw(0, 2) === 0 ? draw(0, Math.min(settings.latenessMs, 10 * 86_400_000)) : 0
      event(person, draw(0, 9) === 0 ? 'purchase' : 'view', ageMs)
    }
  }
  const ticks = (): void => {
    for (let left = crowd.persons + crowd.meanwhile; left > 0; left -= 1024) tick()
    tick()
  }
  for (let person = 0; person < crowd.persons; person++) {
    timeMs += Math.floor((180 * MINUTE_MS) / crowd.persons)
    event(person, 'view')
    if (draw(0, 3) === 0) event(person, 'purchase')
    if (draw(0, 3) === 0) event(person, 'view')
  }
  timeMs += settings.inactivityGapMs + 1
  meanwhile()
  ticks()
  meanwhile()
  timeMs += oblivionMs(settings)
  meanwhile()
  ticks()
  timeMs += oblivionMs(settings)
  ticks()
  ticks()
  return log
}

function eventOf(
  draw: Draw,
  number: number,
  { person, action, timeMs }: { person: number; action: string; timeMs: number },
): LogEvent {
  const isSale = action === 'purchase'
  return {
    eventId: `event-${number}`,
    userHash: `person-${person}`,
    timeMs,
    channel: CHANNELS[draw(0, CHANNELS.length - 1)]!,
    campaign: '',
    action,
    liveEvent: draw(0, 9) === 0 ? 'live-1' : '',
    variant: '',
    source: '',
    transactionId: isSale && draw(0, 1) === 0 ? `order-${number}` : '',
    valueMinor: isSale ? draw(0, 9999) : -1,
    currency: isSale ? 'USD' : '',
    quantity: -1,
  }
}
