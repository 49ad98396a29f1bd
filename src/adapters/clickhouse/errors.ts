// Vendor errors -> TributaryError: the only place that knows how ClickHouse and its clients fail.
// Decided by ClickHouse's error code (as the client parses it) or by the error's own code; what has
// neither is a connection that did not answer as it should.
import { parseError } from '@clickhouse/client'
import { TributaryError } from '../../ports/errors.ts'

const SYNTAX_ERROR = 62

/**
 * Codes with which a ClickHouse is there but cannot serve: worth trying again, or an operator's
 * task.
 */
const UNAVAILABLE: ReadonlyMap<number, string> = new Map([
  [81, 'Create the database with `tributary migrate`, or correct TRIBUTARY_CLICKHOUSE__DATABASE.'],
  [159, 'The query took longer than max_execution_time allows.'],
  [192, 'Check TRIBUTARY_CLICKHOUSE__USER and its password.'],
  [193, 'Check TRIBUTARY_CLICKHOUSE__USER and its password.'],
  [194, 'Check TRIBUTARY_CLICKHOUSE__USER and its password.'],
  [202, 'ClickHouse runs too many queries at once; try again.'],
  [209, 'Try again; look at the network between this machine and ClickHouse.'],
  [210, 'Try again; look at the network between this machine and ClickHouse.'],
  [225, 'ClickHouse has no Keeper for its replicated tables; see its server log.'],
  [241, 'ClickHouse ran out of memory; raise max_memory_usage or ask for less.'],
  [242, 'A replica is read-only, usually because it lost Keeper; see its server log.'],
  [243, 'The disk of ClickHouse is full.'],
  [252, 'ClickHouse merges too slowly for the inserts it gets; see system.parts.'],
  [279, 'A node of the cluster does not answer; see system.clusters.'],
  [285, 'Too few replicas are alive for the quorum of the insert.'],
  [286, 'Another insert is not yet on a quorum of replicas; try again.'],
  [289, 'This replica lags behind the quorum; try again.'],
  [319, 'ClickHouse lost the outcome of an insert; it is safe to try again.'],
  [497, 'The user lacks a grant for this.'],
  [516, 'Check TRIBUTARY_CLICKHOUSE__USER and its password.'],
  [701, 'TRIBUTARY_CLICKHOUSE__CLUSTER must name a cluster of system.clusters.'],
  [999, 'ClickHouse cannot reach Keeper; see its server log.'],
])

/** What helps against a refusal that has nothing to do with the connection. */
const REFUSAL_HINTS: ReadonlyMap<number, string> = new Map([
  [47, 'DESCRIBE TABLE name lists the columns of a table or view.'],
  [60, 'SHOW TABLES lists what is there; `tributary migrate` creates what Tributary needs.'],
  [164, 'Only reading is allowed here.'],
])

/**
 * What a statement's failure means. `place` names the ClickHouse; the statement is not repeated.
 */
export function toTributaryError(error: unknown, place: string): TributaryError {
  if (error instanceof TributaryError) return error
  const failure = clickHouseFailure(error)
  if (failure === undefined) return unreachable(error, place)
  const remedy = UNAVAILABLE.get(failure.code)
  if (remedy !== undefined) {
    const message = `ClickHouse at ${place} cannot serve: ${failure.message}`
    const options = { cause: error, hint: remedy }
    return new TributaryError('TRIBUTARY_CLICKHOUSE_UNAVAILABLE', message, options)
  }
  const syntax = failure.code === SYNTAX_ERROR
  const hint = REFUSAL_HINTS.get(failure.code)
  return new TributaryError(
    syntax ? 'TRIBUTARY_USAGE' : 'TRIBUTARY_CLICKHOUSE_QUERY',
    `ClickHouse refused the statement: ${failure.message} (code ${failure.code})`,
    { cause: error, ...(hint === undefined ? {} : { hint }) },
  )
}

/** The embedded engine did not start on a folder: it does not tell why. */
export function folderUnavailable(error: unknown, folder: string): TributaryError {
  const chdb = fieldOf(error, 'code')
  if (chdb !== 'CHDB_CONNECTION') return engineMissing(error)
  return new TributaryError(
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    `The ClickHouse folder ${folder} cannot be opened: another process uses this folder, or it is damaged.`,
    { cause: error, hint: 'End the other process; one process at a time can use a folder.' },
  )
}

export function engineMissing(error: unknown): TributaryError {
  return new TributaryError(
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    'The embedded ClickHouse engine is not installed or does not run on this machine.',
    { cause: error, hint: 'Run `npm install chdb@3.4.0`, or name a server with --clickhouse URL.' },
  )
}

const REACH_HINT = 'Check that it runs and that TRIBUTARY_CLICKHOUSE__URL names it.'
const CA_HINT =
  'Name the authority that signed its certificate in TRIBUTARY_CLICKHOUSE__TLS_CA_FILE.'

/** Node's names for a certificate that nobody we trust has signed. */
function isDistrust(error: unknown): boolean {
  return /SELF_SIGNED|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_/.test(fieldOf(error, 'code') ?? '')
}

function unreachable(error: unknown, place: string): TributaryError {
  const reason =
    error instanceof Error && error.message !== '' ? error.message : fieldOf(error, 'code')
  return new TributaryError(
    'TRIBUTARY_CLICKHOUSE_UNAVAILABLE',
    `ClickHouse at ${place} does not answer: ${reason ?? 'unknown reason'}`,
    { cause: error, hint: isDistrust(error) ? CA_HINT : REACH_HINT },
  )
}

/** ClickHouse's error code behind an error of this adapter; undefined: it gave none. */
export function clickHouseCode(error: unknown): number | undefined {
  return clickHouseFailure(error instanceof TributaryError ? error.cause : error)?.code
}

/**
 * ClickHouse's own code and message, from the HTTP client's or the engine's error; else undefined.
 */
function clickHouseFailure(error: unknown): { code: number; message: string } | undefined {
  if (!(error instanceof Error)) return undefined
  const parsed = parseError(error)
  const code = Number(fieldOf(parsed, 'code'))
  return Number.isInteger(code) ? { code, message: shorten(parsed.message) } : undefined
}

/**
 * Without the list of every token the parser would have taken, which hides the position it stopped
 * at.
 */
function shorten(message: string): string {
  return (message.split(' Expected one of: ')[0] ?? message).trim()
}

function fieldOf(error: unknown, field: string): string | undefined {
  if (typeof error !== 'object' || error === null || !(field in error)) return undefined
  const value: unknown = Reflect.get(error, field)
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined
}
