// Every rejection reason with its meaning, an example and its cure: the source of
// schemas/REASONS.md and of what `tributary check` says. The order is that of the checks; the first
// reason that applies decides.
import type { RejectionReason } from '../core/event.ts'

export interface ReasonEntry {
  readonly meaning: string
  /** For reasons of the value: JSON fields that spoil an otherwise valid event. Else words. */
  readonly example: string
  readonly cure: string
}

export const REASONS: Readonly<Record<RejectionReason, ReasonEntry>> = {
  invalid_json: {
    meaning: 'The value is empty or null, not UTF-8, not JSON, or not a JSON object.',
    example: 'a value of `["not an object"]`, or one that starts with a byte-order mark',
    cure: 'Send one JSON object per record, in UTF-8 without a byte-order mark.',
  },
  invalid_event_id: {
    meaning: '`event_id` is missing, no string, empty, longer than 128, or holds a lone surrogate.',
    example: '"event_id": 17',
    cure: 'Send a string of 1 to 128 characters, the same one whenever the event is sent again.',
  },
  invalid_user_hash: {
    meaning:
      '`user_hash` is missing, no string, empty, longer than 128, or holds a lone surrogate.',
    example: '"user_hash": ""',
    cure: 'Send the SHA-256 (hex) of the normalised e-mail or phone, else a cookie or device id.',
  },
  invalid_timestamp: {
    meaning:
      '`timestamp` is missing, no ISO 8601 time with zone, no real time, no integer of epoch ' +
      'milliseconds, or not in the years 2000 to 2099.',
    example: '"timestamp": "2026-11-22 10:00:00"',
    cure: 'Send YYYY-MM-DDThh:mm:ss.sssZ (or ±hh:mm for Z), or epoch milliseconds as a number.',
  },
  invalid_channel: {
    meaning: '`channel` is missing, no string, empty, longer than 64, or holds a lone surrogate.',
    example: '"channel": null',
    cure: 'Send a name of 1 to 64 characters, for example tiktok_ad; (direct) when there is none.',
  },
  invalid_action_type: {
    meaning:
      '`action_type` is missing, no string, empty, longer than 64, or holds a lone surrogate.',
    example: '"action_type": ["view"]',
    cure: 'Send a name of 1 to 64 characters; well-known ones are in schemas/actions.md.',
  },
  invalid_campaign: {
    meaning: '`campaign` is there and no string, longer than 128, or holds a lone surrogate.',
    example: '"campaign": 2026',
    cure: 'Send a string of at most 128 characters, or leave the field out.',
  },
  invalid_metadata: {
    meaning:
      '`metadata` is no object, or a known key in it is no string of at most 128 characters, or ' +
      '`quantity` is no integer from 1 to 1,000,000.',
    example: '"metadata": {"transaction_id": 17}',
    cure: 'Send an object; known keys as strings (ids too), quantity as an integer or digits.',
  },
  metadata_too_large: {
    meaning: '`metadata` takes more than 16,384 bytes as JSON in UTF-8.',
    example: '"metadata": {"page_html": "<html>… 20 kB …"}',
    cure: 'Send only what is used; long texts and documents belong elsewhere.',
  },
  invalid_value: {
    meaning: '`value` or `unit_price` is no decimal (on any action).',
    example: '"metadata": {"value": "1,299.00"}',
    cure: 'Send a decimal string like "1299.00": no plus sign, exponent, blank, comma or symbol.',
  },
  invalid_currency: {
    meaning: '`currency` is there and no active ISO 4217 code in capitals (on any action).',
    example: '"metadata": {"currency": "usd"}',
    cure: 'Send the three-letter code in capitals; convert amounts in withdrawn currencies.',
  },
  reserved_channel: {
    meaning: '`channel` is one of the names that only the ledger uses.',
    example: '"channel": "(null)"',
    cure: 'Send another name: (start) (conversion) (null) (other) (unattributed) (…) are reserved.',
  },
  raw_identifier: {
    meaning: '`user_hash` is a plain e-mail address or phone number.',
    example: '"user_hash": "ada@example.com"',
    cure: 'Hash it: SHA-256 in hex of the e-mail in lower case without blanks, or of +digits.',
  },
  missing_currency: {
    meaning: 'A conversion or refund has an amount, but no currency.',
    example: '"action_type": "purchase", "metadata": {"value": "12.50"}',
    cure: 'Send `currency` with every amount.',
  },
  value_digits: {
    meaning: 'The amount of a conversion or refund has more digits than its currency.',
    example: '"action_type": "purchase", "metadata": {"value": "12.505", "currency": "USD"}',
    cure: 'Round to the digits of the currency at the source: USD 2, JPY 0, KWD 3.',
  },
  value_too_large: {
    meaning: 'The amount of a conversion or refund is beyond 10^15 minor units.',
    example:
      '"action_type": "purchase", "metadata": {"value": "10000000000000.01", "currency": "USD"}',
    cure: 'Check the unit: `value` is in units of the currency (12.50), not in cents.',
  },
  negative_value: {
    meaning: 'The value of a conversion is negative.',
    example: '"action_type": "purchase", "metadata": {"value": "-5", "currency": "EUR"}',
    cure: 'Send money that goes back as a `refund` with the `transaction_id` of the purchase.',
  },
  key_mismatch: {
    meaning: 'The key of the Kafka record is null or not the `user_hash` in UTF-8.',
    example: 'key `u2` with "user_hash": "u1", or no key',
    cure: 'Produce every record with its `user_hash` as key, so that a person stays together.',
  },
  wrong_partition: {
    meaning: 'The record lies in another partition than the one its key hashes to.',
    example:
      'a producer with a partitioner of its own, or with another hash than the worker expects',
    cure:
      'Use the default partitioner of Java or kafkajs (murmur2), or set ' +
      'TRIBUTARY_KAFKA__PARTITIONER=crc32 for librdkafka, none to skip the check.',
  },
  undecodable_batch: {
    meaning: 'An operator skipped a batch of records that could not be decoded.',
    example: 'a corrupt batch, or one in an unknown compression codec',
    cure: 'Look for the producer or disk that damaged the batch, and send its events again.',
  },
}
