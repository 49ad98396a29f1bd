// What each error code means and what to do about it, for the table in deploy/EVENTS.md. The hint
// of the error itself is more exact; this is for those who have only the code.
import type { ErrorCode } from './errors.ts'

interface Meaning {
  readonly meaning: string
  readonly cure: string
}

export const ERROR_MEANINGS: Readonly<Record<ErrorCode, Meaning>> = {
  TRIBUTARY_USAGE: {
    meaning: 'The command line is not one that the program knows.',
    cure: '`tributary COMMAND --help`; the hint names the nearest option.',
  },
  TRIBUTARY_CONFIG: {
    meaning: 'A setting is missing, wrong or unknown; a place cannot be used as configured.',
    cure: 'Every mistake is listed with its variable; `tributary config check` looks again.',
  },
  TRIBUTARY_BAD_DATA: {
    meaning: 'What was given cannot be used: a file, events, a range, a person nobody knows.',
    cure: 'The message says which and where; `tributary check FILE` explains events.',
  },
  TRIBUTARY_CLICKHOUSE_UNAVAILABLE: {
    meaning: 'ClickHouse does not answer, refuses the login, or lacks migrations.',
    cure: '`tributary doctor`, then `tributary migrate`. A running worker goes on without it.',
  },
  TRIBUTARY_CLICKHOUSE_QUERY: {
    meaning: 'ClickHouse answered, and refused the query.',
    cure: 'The message is its own. In `tributary sql`: mend the query; else report it.',
  },
  TRIBUTARY_REDIS_UNAVAILABLE: {
    meaning: 'Redis does not answer, refuses the login, or may not do what is needed.',
    cure: '`tributary doctor` says which; rights are listed in src/adapters/redis.',
  },
  TRIBUTARY_KAFKA_UNAVAILABLE: {
    meaning: 'No broker answers, the login is refused, or a topic does not exist.',
    cure: '`tributary doctor`; `tributary migrate` creates the topics.',
  },
  TRIBUTARY_WORKER_UNAVAILABLE: {
    meaning: 'No worker takes up what a command has appended: none runs, or the partition halted.',
    cure: 'Start `tributary run` with the same settings, or see why it halted; then run it again.',
  },
  TRIBUTARY_WORKER_ENDED: {
    meaning: 'The worker could not go on or did not stop in time; nothing is lost.',
    cure: 'Start it again; whoever does, goes on from the last commit.',
  },
  TRIBUTARY_HALTED: {
    meaning: 'Every partition has halted, or the first one with `TRIBUTARY_HALT=exit`.',
    cure: 'The table of halts in deploy/README.md has the way on for each reason.',
  },
  TRIBUTARY_INTERRUPTED: {
    meaning: 'Ctrl-C ended a command before its end; what it had written is not under its name.',
    cure: 'Run it again.',
  },
}

/** Everything that is no TributaryError. */
export const UNEXPECTED: Meaning & { readonly code: string } = {
  code: 'TRIBUTARY_UNEXPECTED',
  meaning: 'A defect of the program.',
  cure: 'Report it with the log line; starting again loses nothing.',
}
