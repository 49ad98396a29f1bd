// Lone surrogates have no UTF-8 form: a string that holds one could be neither hashed nor published
// exactly.

const LONE_SURROGATE = /\p{Surrogate}/u

/** Whether every surrogate in `text` is half of a pair. */
export const isWellFormed = (text: string): boolean => !LONE_SURROGATE.test(text)
