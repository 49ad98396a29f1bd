// The credit of one conversion as it was booked (book-conversion.ts), candidate by candidate, each
// model with the rule that decided.
import { netMinor } from '../book-conversion.ts'
import { modelShares } from '../credit.ts'
import type { Candidates } from '../credit.ts'
import { MODELS } from '../event.ts'
import { reasonOf } from './credit-reasons.ts'
import type { ReasonBasis } from './credit-reasons.ts'
import type { CreditPart, ModelCredit } from './journey-graph.ts'
import type { Reading } from './reading.ts'
import { spanText } from './span-text.ts'
import { touchpointId } from './touchpoints.ts'

const MICRO = 1_000_000

export function creditsOf(reading: Reading, number: number): ModelCredit[] {
  const { anatomy, settings, isDirect } = reading
  const conversion = anatomy.conversions[number]!
  const basis = anatomy.bases[number]!
  const net = netMinor(conversion)
  if (basis.to === basis.from) {
    const { refundedMinor: refundMinor } = conversion
    const to = '(unattributed)'
    const parts = [{ to, micro: MICRO, netMinor: net, refundMinor, hasWeight: false }]
    const of = settings.creditScope === 'path' ? ' of its path' : ''
    const why = `no touchpoint${of} within ${spanText(settings.lookbackMs)} before it`
    return MODELS.map((model) => ({ model, why, parts }))
  }
  const candidates: Candidates = {
    timesMs: anatomy.touchpointMs.slice(basis.from, basis.to),
    touchpoints: anatomy.touchpointKey.slice(basis.from, basis.to),
    from: 0,
    to: basis.to - basis.from,
    lead: basis.lead < 0 ? -1 : basis.lead - basis.from,
  }
  const models = { halfLifeMs: settings.halfLifeMs, isDirect }
  const because = reasonBasis(reading, number, candidates)
  return MODELS.map((model) => {
    const shares = modelShares(model, candidates, models)
    const micro = shares.split(MICRO)
    const netParts = shares.split(net)
    const grossParts = shares.split(conversion.grossMinor)
    const parts = micro.map((share, i): CreditPart => ({
      to: touchpointId(basis.from + i),
      micro: share,
      netMinor: netParts[i]!,
      refundMinor: grossParts[i]! - netParts[i]!,
      hasWeight: shares.hasWeight(i),
    }))
    return { model, why: reasonOf(model, because, shares), parts }
  })
}

function reasonBasis(reading: Reading, number: number, candidates: Candidates): ReasonBasis {
  const { anatomy, goals, dictionary, settings, isDirect } = reading
  const conversion = anatomy.conversions[number]!
  const { from } = anatomy.bases[number]!
  const path = anatomy.paths.findIndex(({ lastEvent }) => conversion.at <= lastEvent)
  const before = path < 0 ? anatomy.paths.at(-1) : anatomy.paths[path - 1]
  const firstEvent = (before?.lastEvent ?? -1) + 1
  // The first lead of the path that has a candidate at or before it.
  const lead = anatomy.conversions.find(
    ({ goal, at, timeMs }) =>
      goal === goals.lead &&
      at >= firstEvent &&
      at <= conversion.at &&
      timeMs >= candidates.timesMs[0]!,
  )
  return {
    ...candidates,
    ids: candidates.timesMs.map((_, i) => touchpointId(from + i)),
    leadMs: lead?.timeMs ?? 0,
    halfLifeMs: settings.halfLifeMs,
    isDirect,
    dictionary,
  }
}
