// The journey graph as JSON: names in snake case, times in ISO 8601, money in minor units and, of
// conversions, as decimals too.
import type {
  ConversionNode,
  JourneyGraph,
  RefundNode,
  TouchpointNode,
} from '../core/graph/journey-graph.ts'
import { decimal } from './journey-words.ts'

const iso = (timeMs: number): string => new Date(timeMs).toISOString()
const optional = (text: string): string | null => (text === '' ? null : text)

export function journeyJson(graph: JourneyGraph, userHash: string): string {
  const { forgotten } = graph
  const data = {
    user_hash: userHash,
    stream_time: iso(graph.streamTimeMs),
    events_held: graph.eventsHeld,
    other_events: graph.otherEvents,
    forgotten: {
      events: forgotten.events,
      paths: forgotten.paths,
      until: forgotten.events === 0 ? null : iso(forgotten.untilMs),
    },
    touchpoints: graph.touchpoints.map(touchpointJson),
    conversions: graph.conversions.map(conversionJson),
    steps: graph.steps.map(({ from, to, delayMs, isTransition }) => ({
      from,
      to,
      delay_ms: delayMs,
      transition: isTransition,
    })),
    paths: graph.paths,
    refunds: graph.refunds.map(refundJson),
    uncounted: graph.spares.map(({ timeMs, action, why }) => ({
      time: iso(timeMs),
      action_type: action,
      why,
    })),
  }
  return `${JSON.stringify(data, null, 2)}\n`
}

const touchpointJson = (touchpoint: TouchpointNode) => ({
  id: touchpoint.id,
  channel: touchpoint.channel,
  campaign: touchpoint.campaign,
  first_touch: iso(touchpoint.firstTouchMs),
  last_touch: iso(touchpoint.lastTouchMs),
  touches: touchpoint.touches,
  actions: Object.fromEntries(touchpoint.actions.map(({ action, count }) => [action, count])),
  live_event_ids: touchpoint.liveEvents,
})

function conversionJson(conversion: ConversionNode) {
  const { currency } = conversion
  return {
    id: conversion.id,
    goal: conversion.goal,
    closes_path: conversion.closes,
    time: iso(conversion.timeMs),
    currency,
    gross: decimal(conversion.grossMinor, currency),
    refunded: decimal(conversion.refundedMinor, currency),
    net: decimal(conversion.netMinor, currency),
    gross_minor: conversion.grossMinor,
    refunded_minor: conversion.refundedMinor,
    net_minor: conversion.netMinor,
    quantity: conversion.quantity,
    campaign: conversion.campaign,
    live_event_id: optional(conversion.liveEvent),
    variant: optional(conversion.variant),
    post_live_of: optional(conversion.postLiveOf),
    transaction_sha256: optional(conversion.transaction),
    events: conversion.events.map(({ timeMs, source, role, valueMinor, isValue, ...event }) => ({
      time: iso(timeMs),
      source,
      role,
      value_minor: valueMinor < 0 ? null : valueMinor,
      currency: event.currency,
      counts: isValue,
    })),
    candidates: conversion.candidates,
    credits: conversion.credits.map(({ model, why, parts }) => ({
      model,
      why,
      parts: parts.map(({ to, micro, netMinor, refundMinor }) => ({
        to,
        conversions_micro: micro,
        value_minor: netMinor,
        refund_minor: refundMinor,
      })),
    })),
    unknown: optional(conversion.unknown),
  }
}

const refundJson = ({ timeMs, valueMinor, currency, of, takenMinor, why }: RefundNode) => ({
  time: iso(timeMs),
  value_minor: valueMinor < 0 ? null : valueMinor,
  currency,
  of: optional(of),
  taken_minor: takenMinor,
  why: optional(why),
})
