// A journey as packed 32-bit words, little-endian in the store. Parts in this order:
//
//   header (10) | extension of each conversion and refund (6 each) | events without id (4 each) |
//   events with id (6 each)
//
// Events stand in journey order. Ids are kept while the event can still be sent again (`lateness`),
// so events with id are a suffix, and one newer touch is a pure append: no other word but the
// header's moves. Times are ms since 2000-01-01 in 42 bits.

export const EPOCH_2000_MS = 946_684_800_000
export const TWO_32 = 4_294_967_296

export const HEADER_WORDS = 10
export const EXTENSION_WORDS = 6
export const EVENT_WORDS = 4
export const EVENT_WITH_ID_WORDS = 6
export const LAYOUT_VERSION = 1

// Header words.
/**
 * version (8 bits) | path state (2) | a path before the last is held (1) | touchpoints of the last
 * path << 16
 */
export const H_FLAGS = 0
/** events without id (16) | events with id << 16 */
export const H_COUNTS = 1
/** conversions and refunds held */
export const H_EXTENSIONS = 2
/** time of the last touch of the last path: low word, high 10 bits */
export const H_LAST_TOUCH = 3
/** channel (16) | campaign << 16 of the last touchpoint */
export const H_LAST_TOUCHPOINT = 5
/** time beyond which the front can be forgotten, 0: nothing ended is held */
export const H_FORGET_AT = 6
/** events and paths forgotten so far */
export const H_FORGOTTEN_EVENTS = 8
export const H_FORGOTTEN_PATHS = 9

/**
 * State of the last path: there is none (or it converted), it is open, it has lapsed by stream
 * time.
 */
export const PATH_NONE = 0
export const PATH_OPEN = 1
export const PATH_LAPSED = 2

export const PATH_STATE_SHIFT = 8
export const ENDED_PATH_BIT = 1 << 10

// Event words: time low | time high (10), kind (2), touch (1), action << 16 | channel, campaign <<
// 16 | live event, variant << 16 | id high | id low.
export const KIND_SHIFT = 10
export const TOUCH_BIT = 1 << 12
export const KIND_OTHER = 0
export const KIND_CONVERSION = 1
export const KIND_REFUND = 2

// Extension words: transaction high | low | value low | value high (18), flags | quantity |
// currency.
export const VALUE_BIT = 1 << 18
/** Of a transaction that was dropped in part: never counted again. */
export const USED_BIT = 1 << 19
/** Set with USED_BIT on the event that made the conversion: it still ends its path. */
export const MADE_BIT = 1 << 20
/** Its source is one that makes conversions of the goal. */
export const NAMED_BIT = 1 << 21
export const RANK_SHIFT = 22
export const GOAL_SHIFT = 24

export const timeHigh = (timeMs: number): number => Math.floor((timeMs - EPOCH_2000_MS) / TWO_32)
/** The low 32 bits as a signed word. */
export const timeLow = (timeMs: number): number => ((timeMs - EPOCH_2000_MS) % TWO_32) | 0

export const timeOf = (low: number, high: number): number =>
  (high & 0x3ff) * TWO_32 + (low >>> 0) + EPOCH_2000_MS

export const HOUR_MS = 3_600_000
export const MINUTE_MS = 60_000
export const hourOf = (timeMs: number): number => Math.floor(timeMs / HOUR_MS)
