// Lengths and ranges of the wire event, shared by the contract, the hand validator and `check`.

/** Longest id, campaign or known metadata string, in UTF-16 code units. */
export const ID_LENGTH_MAX = 128
/** Longest channel or action type, in UTF-16 code units. */
export const NAME_LENGTH_MAX = 64
/** Largest metadata, in UTF-8 bytes of `JSON.stringify(metadata)`. */
export const METADATA_BYTES_MAX = 16_384
export const QUANTITY_MAX = 1_000_000

/** The quantity of a wire value (an integer or digits, 1..1,000,000), else -1. */
export const parseQuantity = (value: unknown): number => {
  const quantity = typeof value === 'string' && /^[0-9]+$/.test(value) ? Number(value) : value
  return typeof quantity === 'number' &&
    Number.isInteger(quantity) &&
    quantity >= 1 &&
    quantity <= QUANTITY_MAX
    ? quantity
    : -1
}
