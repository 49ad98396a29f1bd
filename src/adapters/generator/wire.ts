// Writes an event as the JSON line a producer would send. Keys come in one order and nothing needs
// escapes, so a line is put together from parts. Browsers send ISO times, the checkout epoch
// milliseconds.
import { isoTime } from './iso-time.ts'
import { COMMENTS } from './market.ts'
import type { Draft, OrderCopy } from './story.ts'

/** The JSON of an event under the given id. Comments hold UTF-8 beyond ASCII; all else is ASCII. */
export function wireLine(draft: Draft, eventId: string): string {
  const { scene, action, order } = draft
  const { channel, campaign, person } = scene
  const stamp =
    order === null || order.source === 'pixel' ? `"${isoTime(draft.timeMs)}"` : String(draft.timeMs)
  const field = campaign !== '' && channel.campaignIn === 'field' ? `"campaign":"${campaign}",` : ''
  return (
    `{"event_id":"${eventId}","user_hash":"${person.userHash}","timestamp":${stamp},` +
    `"channel":"${channel.name}","action_type":"${action}",${field}"metadata":{${metadata(draft)}}}`
  )
}

/** Members are written with a comma after each; the last one is cut. */
function metadata({ scene, action, product, order, timeMs }: Draft): string {
  const { channel, campaign, session, live, person } = scene
  let json = channel.metadata
  if (campaign !== '' && channel.campaignIn === 'utm') json += `"utm_campaign":"${campaign}",`
  if (live !== '') json += `"live_event_id":"${live}",`
  else if (session !== '') json += `"session_id":"${session}",`
  if (live !== '' && order?.source !== 'checkout') json += `"variant":"${person.variant}",`
  if (product !== null) json += `"product_id":"${product.id}",`
  if (action === 'comment') json += `"text":"${COMMENTS[timeMs % COMMENTS.length] as string}",`
  else if (product === null && order === null) json += `"content_id":"c${timeMs % 97}",`
  if (order !== null) json += orderMembers(order)
  return json.slice(0, -1)
}

function orderMembers({ transaction, source, value, unitPrice, quantity, currency }: OrderCopy) {
  const quote = source === 'pixel' ? '' : '"'
  let json = `"transaction_id":"${transaction}","source":"${source}","currency":"${currency}",`
  if (value !== '') json += `"value":${quote}${value}${quote},`
  if (unitPrice !== '') json += `"unit_price":${quote}${unitPrice}${quote},`
  return `${json}"quantity":${quantity},`
}
