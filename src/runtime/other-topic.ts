// A topic that was created anew under its old name is another one: its offsets mean something else.

/** Ids of topics, as in `TopicFacts`; '' tells nothing. */
export const isOtherTopic = (one: string, other: string): boolean =>
  one !== '' && other !== '' && one !== other
