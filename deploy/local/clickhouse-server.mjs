// ClickHouse's HTTP interface over the in-process engine `chdb`, for several processes at once:
// ping, queries, inserts of any format, query parameters, settings, gzip, errors with their codes;
// what @clickhouse/client sends. Every request has its own engine session, so settings, parameters
// and the current database never leak into another, and requests run side by side. Not here:
// streaming (bodies and results are held whole), sessions, grants (one user at most; without --user
// any credentials are accepted), the native protocol.
//
// usage: node clickhouse-server.mjs --port 8123 --path FOLDER [--host 127.0.0.1]
//          [--user NAME --password TEXT] [--tls-cert FILE --tls-key FILE]
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { createRequire } from 'node:module'
import path from 'node:path'
import { parseArgs, promisify } from 'node:util'
import zlib from 'node:zlib'

const require = createRequire(import.meta.url)
const { Session } = require('chdb')
// The raw insert takes query and data apart, in any format; the package's own insert knows a few.
const native = require(
  path.join(path.dirname(require.resolve('chdb/package.json')), 'dist/loader.js'),
).loadNative()

const { values: options } = parseArgs({
  options: {
    port: { type: 'string', default: '8123' },
    host: { type: 'string', default: '127.0.0.1' },
    path: { type: 'string' },
    user: { type: 'string' },
    password: { type: 'string', default: '' },
    'tls-cert': { type: 'string' },
    'tls-key': { type: 'string' },
  },
})
if (!options.path) {
  process.stderr.write('clickhouse-server.mjs: --path FOLDER is required\n')
  process.exit(2)
}

// URL parameters of the HTTP interface itself; all others are settings (param_x: query parameters).
const INTERFACE_PARAMETERS = new Set(
  (
    'query database query_id user password default_format role quota_key session_timeout session_check ' +
    'wait_end_of_query buffer_size compress decompress stacktrace client_protocol_version'
  ).split(' '),
)
// Status codes as ClickHouse's server gives them; all other errors are 500.
const STATUS = new Map([
  ...[6, 26, 27, 36, 38, 41, 43, 44, 46, 47, 62, 69, 72, 115, 117, 130, 344, 456].map((code) => [
    code,
    400,
  ]),
  ...[60, 81, 218].map((code) => [code, 404]),
  [159, 408],
  [48, 501],
  [516, 403],
])
const DECODERS = {
  gzip: promisify(zlib.gunzip),
  deflate: promisify(zlib.inflate),
  br: promisify(zlib.brotliDecompress),
}
const gzip = promisify(zlib.gzip)

const literal = (text) => `'${text.replace(/[\\']/g, '\\$&')}'`
const identifier = (text) => `\`${text.replace(/[\\`]/g, '\\$&')}\``
const failure = (code, text) => new Error(`Code: ${code}. DB::Exception: ${text}`)

/** Throws unless the request names the user and password that the server was started with. */
function authenticate({ headers }, parameters) {
  if (options.user === undefined) return
  const basic = /^Basic (.+)/.exec(headers.authorization ?? '')
  const given = basic
    ? Buffer.from(basic[1], 'base64').toString()
    : `${headers['x-clickhouse-user'] ?? parameters.get('user') ?? 'default'}:${
        headers['x-clickhouse-key'] ?? parameters.get('password') ?? ''
      }`
  if (given === `${options.user}:${options.password}`) return
  const user = given.slice(0, given.indexOf(':'))
  throw failure(
    516,
    `${user}: Authentication failed: password is incorrect, or there is no user with such name. ` +
      '(AUTHENTICATION_FAILED)',
  )
}

async function readBody(request) {
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const body = Buffer.concat(chunks)
  const encoding = request.headers['content-encoding']
  if (encoding === undefined || encoding === 'identity' || body.length === 0) return body
  const decode = DECODERS[encoding]
  if (!decode) throw failure(36, `Unknown content encoding ${encoding}. (BAD_ARGUMENTS)`)
  return decode(body)
}

/** Runs one request's query in a session of its own; the result's bytes and the engine's counts. */
async function execute(parameters, body, { database, format }) {
  if (parameters.has('session_id'))
    throw failure(48, 'session_id is not supported here. (NOT_IMPLEMENTED)')
  const session = new Session(options.path)
  try {
    if (database && database !== 'default') await session.queryAsync(`USE ${identifier(database)}`)
    const settings = [...parameters]
      .filter(([name]) => !INTERFACE_PARAMETERS.has(name) && /^\w+$/.test(name))
      .map(([name, value]) => `${name}=${literal(value)}`)
    if (settings.length > 0) await session.queryAsync(`SET ${settings.join(', ')}`)
    const query = parameters.get('query') ?? ''
    if (query !== '' && /^\s*insert\b/i.test(query) && body.length > 0) {
      const { rowsWritten, bytesWritten } = await native.InsertRawAsyncConnection(
        session.connection,
        query,
        body,
        false,
      )
      return { bytes: Buffer.alloc(0), written: rowsWritten, writtenBytes: bytesWritten }
    }
    const sql = [query, body.toString()].filter(Boolean).join('\n')
    if (sql.trim() === '') throw failure(62, 'Syntax error: empty query. (SYNTAX_ERROR)')
    const result = await session.queryAsync(sql, { format })
    return {
      bytes: Buffer.from(result.bytes()),
      read: result.rowsRead,
      readBytes: result.bytesRead,
    }
  } finally {
    session.close()
  }
}

const summary = (result, startedAt) =>
  JSON.stringify({
    read_rows: String(result.read ?? 0),
    read_bytes: String(result.readBytes ?? 0),
    written_rows: String(result.written ?? 0),
    written_bytes: String(result.writtenBytes ?? 0),
    total_rows_to_read: '0',
    result_rows: String(result.written ?? result.read ?? 0),
    result_bytes: String(result.bytes.length),
    elapsed_ns: String(process.hrtime.bigint() - startedAt),
  })

async function answer(request, response, parameters) {
  const startedAt = process.hrtime.bigint()
  const { headers } = request
  response.setHeader('X-ClickHouse-Query-Id', parameters.get('query_id') ?? randomUUID())
  try {
    authenticate(request, parameters)
    const result = await execute(parameters, await readBody(request), {
      database: parameters.get('database') ?? headers['x-clickhouse-database'],
      format: parameters.get('default_format') ?? headers['x-clickhouse-format'] ?? 'TabSeparated',
    })
    response.setHeader('X-ClickHouse-Summary', summary(result, startedAt))
    const compress =
      parameters.get('enable_http_compression') === '1' &&
      /\bgzip\b/.test(headers['accept-encoding'] ?? '')
    if (compress) response.setHeader('Content-Encoding', 'gzip')
    response.end(compress ? await gzip(result.bytes) : result.bytes)
  } catch (error) {
    const message = error instanceof Error ? error.message.trim() : String(error)
    const code = Number(/Code: (\d+)/.exec(message)?.[1] ?? 1002)
    response.writeHead(STATUS.get(code) ?? 500, {
      'X-ClickHouse-Exception-Code': code,
      'Content-Type': 'text/plain; charset=UTF-8',
    })
    response.end(`${message} (version ${version} (embedded engine))\n`)
  }
}

// Held open for as long as the server runs: the last session to close would close the engine.
// Without this it would take a config.xml of the current folder, whosever it is.
const engine = new Session(options.path, { connectionArgs: ['--config-file='] })
const version = engine.query('SELECT version()', 'TabSeparated').trim()

const serve = (request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
  const isPing = pathname === '/ping' || (pathname === '/' && searchParams.size === 0)
  if (request.method === 'GET' && isPing) response.end('Ok.\n')
  else void answer(request, response, searchParams)
}
const tls = options['tls-cert']
const server = tls
  ? https.createServer({ cert: readFileSync(tls), key: readFileSync(options['tls-key']) }, serve)
  : http.createServer(serve)
server.keepAliveTimeout = 30_000
server.listen(Number(options.port), options.host, () => {
  process.stdout.write(
    `ClickHouse engine ${version} on http${tls ? 's' : ''}://${options.host}:${server.address().port}\n`,
  )
})
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.on(signal, () => {
    server.close(() => {
      engine.close()
      process.exit(0)
    })
    server.closeIdleConnections()
  })
}
