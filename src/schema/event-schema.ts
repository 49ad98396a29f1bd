// The contract of the wire event (DESIGN section 3): the source of schemas/event.schema.json, and
// the judge of every record that the hand validator (accept-event.ts) does not accept. An issue's
// field tells its check (checks.ts), or its message where a field has two. Three rules stand
// elsewhere: the size of metadata and the order of the checks (refusal.ts), and what needs several
// fields at once: missing currency, digits, limits, signs (amount.ts).
import { z } from 'zod'
import { RESERVED_CHANNELS } from '../core/event.ts'
import type { Check } from './checks.ts'
import { CURRENCY_CODES } from './currencies.ts'
import { isPlainIdentifier } from './identifiers.ts'
import { ID_LENGTH_MAX, NAME_LENGTH_MAX, QUANTITY_MAX, parseQuantity } from './limits.ts'
import { DECIMAL_LENGTH_MAX, decimalText } from './money.ts'
import { TIME_MS_END, TIME_MS_MIN, parseTimestamp } from './timestamp.ts'
import { isWellFormed } from './well-formed.ts'

/** Each reserved name is a word in round brackets. */
const NOT_RESERVED = new RegExp(
  `^(?!\\((${RESERVED_CHANNELS.map((name) => name.slice(1, -1)).join('|')})\\)$)`,
)

const TIMESTAMP_PATTERN = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/

/** zod's `max` counts code points, as JSON Schema does; the contract counts UTF-16 code units. */
const text = (lengthMax: number) =>
  z
    .string()
    .max(lengthMax)
    .refine((value) => value.length <= lengthMax && isWellFormed(value))

const requiredText = (lengthMax: number) => text(lengthMax).min(1)

/** An optional string: absent, null and '' are the same. */
const optionalText = (description: string) => text(ID_LENGTH_MAX).nullish().describe(description)

const decimal = (description: string) =>
  z
    .union([
      z
        .string()
        .max(DECIMAL_LENGTH_MAX)
        .regex(/^(-?[0-9]+(\.[0-9]+)?)?$/),
      z.number().refine((value) => decimalText(value) !== null),
      z.null(),
    ])
    .optional()
    .describe(description)

const metadataFields = {
  utm_source: optionalText('Source of the visit, as in the link.'),
  utm_medium: optionalText('Medium of the visit, as in the link.'),
  utm_campaign: optionalText(
    'Campaign of the visit; taken as the campaign when `campaign` is absent.',
  ),
  utm_term: optionalText('Search term, as in the link.'),
  utm_content: optionalText('Variant of the ad, as in the link.'),
  value: decimal(
    'Amount of a conversion or a refund in units of `currency`: a decimal string (best), or a ' +
      'number, read as its shortest decimal. No more digits than the currency has, at most 10^15 ' +
      'minor units, not negative for a conversion.',
  ),
  currency: z
    .union([z.enum(CURRENCY_CODES as [string, ...string[]]), z.literal(''), z.null()])
    .optional()
    .describe(
      'Active ISO 4217 code in capitals; required with the value of a conversion or a refund.',
    ),
  quantity: z
    .union([
      z.int().min(1).max(QUANTITY_MAX),
      z
        .string()
        .regex(/^[0-9]*$/)
        .refine((value) => value === '' || parseQuantity(value) !== -1),
      z.null(),
    ])
    .optional()
    .describe('Units bought: an integer or digits, 1 to 1,000,000; 1 when absent.'),
  unit_price: decimal(
    'Price of one unit; times `quantity` it is the value when `value` is absent.',
  ),
  transaction_id: optionalText(
    'Order number: conversions with the same one are one conversion, refunds name it.',
  ),
  source: optionalText('System that sent the event: `pixel`, `checkout`, `crm` or any other.'),
  live_event_id: optionalText('Live show that the event belongs to.'),
  product_id: optionalText('Product.'),
  content_id: optionalText('Post, video or page.'),
  variant: optionalText('Variant of the live show or the ad.'),
  treatment_id: optionalText('Experiment.'),
  arm: optionalText('Arm of the experiment.'),
  session_id: optionalText('Session.'),
}

const metadata = z
  .union([z.looseObject(metadataFields), z.null(), z.literal('')])
  .optional()
  .describe('What else is known, at most 16,384 bytes as JSON; unknown keys are ignored.')

/** The wire event: a JSON object as a producer sends it. Unknown fields are ignored. */
export const wireEventSchema = z
  .object({
    event_id: requiredText(ID_LENGTH_MAX).describe(
      'Identity of the event: the same event is always sent with the same id.',
    ),
    user_hash: requiredText(ID_LENGTH_MAX)
      .refine((value) => !isPlainIdentifier(value), { error: 'raw_identifier' satisfies Check })
      .describe(
        'The best identifier the producer has: SHA-256 of the normalised e-mail or phone, else a ' +
          'first-party cookie or device id. Never a plain e-mail address or phone number.',
      ),
    timestamp: z
      .union([
        z
          .string()
          .regex(TIMESTAMP_PATTERN)
          .refine((value) => parseTimestamp(value) !== -1),
        z
          .int()
          .min(TIME_MS_MIN)
          .max(TIME_MS_END - 1),
      ])
      .describe('Event time: ISO 8601 with zone, or epoch milliseconds; years 2000 to 2099.'),
    channel: requiredText(NAME_LENGTH_MAX)
      .regex(NOT_RESERVED, { error: 'reserved_channel' satisfies Check })
      .describe(
        `Where the touch came from, for example tiktok_ad, ig_story, email, (direct); not one of ` +
          `${RESERVED_CHANNELS.join(' ')}.`,
      ),
    action_type: requiredText(NAME_LENGTH_MAX).describe(
      'What happened; an open list, see actions.md.',
    ),
    campaign: optionalText('Campaign of the touch; when absent `metadata.utm_campaign`.'),
    metadata,
  })
  .describe('A micro-event of one person, as a producer writes it to the topic `events`.')
