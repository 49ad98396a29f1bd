// Where the fields of an event stand in what other platforms send: the source of `fields` in
// schemas/mappings.json and of the first table of MAPPINGS.md.
import type { Platform } from './foreign-actions.ts'

/** Our fields, in the order of the table. */
export const MAPPED_FIELDS = [
  'event_id',
  'user_hash',
  'timestamp',
  'value',
  'currency',
  'transaction_id',
] as const
type MappedField = (typeof MAPPED_FIELDS)[number]

export interface ForeignFields {
  /** The message that is meant. */
  readonly message: string
  /** The page that defines it. */
  readonly source: string
  /** Path of the field there, with what must be done to it; '' if it has none. */
  readonly fields: Readonly<Record<MappedField, string>>
}

export const FOREIGN_FIELDS: Readonly<Record<Platform, ForeignFields>> = {
  ga4: {
    message: 'Measurement Protocol',
    source: 'https://developers.google.com/analytics/devguides/collection/protocol/ga4/reference',
    fields: {
      event_id: '',
      user_hash: 'user_id, else client_id',
      timestamp: 'timestamp_micros / 1000',
      value: 'params.value',
      currency: 'params.currency',
      transaction_id: 'params.transaction_id',
    },
  },
  segment: {
    message: 'Track call',
    source: 'https://segment.com/docs/connections/spec/common/',
    fields: {
      event_id: 'messageId',
      user_hash: 'userId, else anonymousId',
      timestamp: 'timestamp',
      value: 'properties.revenue (total: with shipping and taxes)',
      currency: 'properties.currency',
      transaction_id: 'properties.order_id',
    },
  },
  meta: {
    message: 'Conversions API',
    source:
      'https://developers.facebook.com/docs/marketing-api/conversions-api/parameters/server-event',
    fields: {
      event_id: 'event_id (pixel: eventID)',
      user_hash: 'user_data.em',
      timestamp: 'event_time * 1000',
      value: 'custom_data.value',
      currency: 'custom_data.currency',
      transaction_id: 'custom_data.order_id',
    },
  },
  tiktok: {
    message: 'Events API',
    source: 'https://business-api.tiktok.com/portal/docs',
    fields: {
      event_id: 'event_id',
      user_hash: 'user.email',
      timestamp: 'event_time * 1000',
      value: 'properties.value',
      currency: 'properties.currency',
      transaction_id: 'properties.order_id',
    },
  },
  pinterest: {
    message: 'Conversions API',
    source: 'https://developers.pinterest.com/docs/api/v5/events-create/',
    fields: {
      event_id: 'event_id',
      user_hash: 'user_data.em',
      timestamp: 'event_time * 1000',
      value: 'custom_data.value',
      currency: 'custom_data.currency',
      transaction_id: 'custom_data.order_id',
    },
  },
  shopify: {
    message: 'webhook of an order',
    source: 'https://shopify.dev/docs/api/webhooks/latest',
    fields: {
      event_id: 'topic and id',
      user_hash: 'email, hashed',
      timestamp: 'created_at',
      value: 'total_price',
      currency: 'currency',
      transaction_id: 'id, as a string',
    },
  },
}
