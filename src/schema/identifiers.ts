// Plain identifiers have no place in the log: a `user_hash` that is an e-mail address or a phone
// number is refused (`raw_identifier`), and `replay --hash-users` hashes just these. DETAILS,
// "Plain identifiers".

const PHONE_DIGITS_MIN = 7
const PHONE_DIGITS_MAX = 15

/** `x@y.z` without blanks, each part not empty. */
const isEmail = (text: string): boolean => {
  const at = text.indexOf('@', 1)
  return at !== -1 && text.lastIndexOf('.', text.length - 2) > at + 1 && !/\s/.test(text)
}

/** 7 to 15 digits: `+` then digits and separators, or digits with at least one separator. */
const isPhone = (text: string): boolean => {
  const plus = text.charCodeAt(0) === 0x2b
  let digits = 0
  let separators = 0
  for (let i = plus ? 1 : 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c >= 0x30 && c <= 0x39) digits++
    // blank ( ) - . /
    else if (c === 0x20 || c === 0x28 || c === 0x29 || (c >= 0x2d && c <= 0x2f)) separators++
    else return false
  }
  return digits >= PHONE_DIGITS_MIN && digits <= PHONE_DIGITS_MAX && (plus || separators > 0)
}

/** Whether `text`, trimmed, is an e-mail address or a phone number rather than an id or a hash. */
export const isPlainIdentifier = (text: string): boolean => {
  const trimmed = text.trim()
  return isEmail(trimmed) || isPhone(trimmed)
}
