// Command line of `up` and `down`: what is printed and what the process exits with.
// stdout is a shell script (`eval "$(deploy/local/up)"`) or JSON; progress goes to stderr.
import { parseArgs } from 'node:util'
import { down, SERVICES, up } from './lifecycle.mjs'
import { DEFAULT_FOLDER } from './service-folder.mjs'
import { EXIT_UNAVAILABLE, Unavailable } from './unavailable.mjs'

const EXIT_USAGE = 2
const NAMES = SERVICES.map(({ name }) => name)

const USAGE = `usage: deploy/local/up [${NAMES.join('|')} …] [--json] [--folder DIR] [--for PID]
       deploy/local/down [${NAMES.join('|')} …] [--purge] [--folder DIR] [--for PID]

up     starts real services on loopback, without Docker, and waits until each answers
down   ends them; their data stays for the next up, unless --purge

--json        addresses as JSON instead of shell exports
--folder DIR  where logs and data live (default: .services in the checkout)
--for PID     the services are needed by this process only: down --for PID ends what it alone needed
`

const say = (line) => process.stderr.write(`${line}\n`)

function parse(args) {
  try {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        json: { type: 'boolean', default: false },
        purge: { type: 'boolean', default: false },
        folder: { type: 'string', default: DEFAULT_FOLDER },
        for: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    })
    const [verb, ...names] = positionals
    const unknown = names.find((name) => !NAMES.includes(name))
    if (unknown !== undefined) throw new Error(`no service is called ${unknown}`)
    if (verb !== 'up' && verb !== 'down') throw new Error('expected up or down')
    if (values.for !== undefined && !/^\d+$/.test(values.for)) throw new Error('--for takes a pid')
    return {
      ...values,
      verb,
      names,
      holder: values.for === undefined ? undefined : Number(values.for),
    }
  } catch (error) {
    say(`${error.message}\n\n${USAGE}`)
    process.exit(EXIT_USAGE)
  }
}

const asShell = (running) =>
  [
    ...running.map(
      ({ name, address, log }) => `# ${name.padEnd(10)} ${address.padEnd(21)} log: ${log}`,
    ),
    ...running.map(({ variable, url }) => `export ${variable}=${url}`),
  ].join('\n')

const { verb, names, json, purge, folder, help, holder } = parse(process.argv.slice(2))
const services = names.length === 0 ? SERVICES : SERVICES.filter(({ name }) => names.includes(name))
try {
  if (help) process.stdout.write(USAGE)
  else if (verb === 'down') await down(services, { folder, purge, holder, say })
  else {
    const running = await up(services, { folder, holder, say })
    process.stdout.write(`${json ? JSON.stringify(running, null, 2) : asShell(running)}\n`)
  }
} catch (error) {
  if (!(error instanceof Unavailable)) throw error
  say(`error: ${error.message}\n  ${error.hint}`)
  process.exitCode = EXIT_UNAVAILABLE
}
