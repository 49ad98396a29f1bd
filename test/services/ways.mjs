// Where `npm test` takes its services from, each for itself, in this order: an address in the
// environment; a container, where an engine answers and has the image or can pull it; deploy/local.
// TEST_SERVICES=environment|containers|local allows only that way.
import { down, SERVICES, up } from '../../deploy/local/lifecycle.mjs'
import { DEFAULT_FOLDER } from '../../deploy/local/service-folder.mjs'
import { Unavailable } from '../../deploy/local/unavailable.mjs'
import { CONTAINER_PLANS } from './container-plans.mjs'
import { connectEngine } from './containers.mjs'

const WAYS = ['environment', 'containers', 'local']

/** @throws {Unavailable} TEST_SERVICES names no way */
function allowedWays() {
  const forced = process.env.TEST_SERVICES
  if (!forced) return WAYS
  if (WAYS.includes(forced)) return [forced]
  throw new Unavailable(`TEST_SERVICES=${forced} is no way`, `it is one of ${WAYS.join(', ')}`)
}

/** An address as it may be shown: without user and password. */
const shown = (address) => address.replace(/\/\/[^/@]*@/, '//…@')

/**
 * @param {(line: string) => void} say which way was taken, for each service
 * @param {(line: string) => void} quietly what takes its time
 */
export function serviceProvider(say, quietly) {
  const local = { folder: DEFAULT_FOLDER, holder: process.pid, say: quietly }
  let engine
  let queue = Promise.resolve()
  let ended = false
  const told = new Set()
  const tell = ({ name }, way, address) => say(`${name.padEnd(10)} ${way}: ${shown(address)}`)

  const byEnvironment = async (service) => {
    const given = process.env[service.variable]
    if (!given) throw new Unavailable(`${service.variable} is not set`, 'set it to its address')
    tell(service, service.variable, given)
    return given
  }
  const byContainer = async (service) => {
    engine ??= connectEngine(quietly)
    const url = service.url(await (await engine).start(service.name))
    tell(service, `container of ${CONTAINER_PLANS[service.name].image}`, url)
    return url
  }
  const byLocal = async (service) => {
    // One after the other, since each may have to install something.
    queue = queue.then(
      () => up([service], local),
      () => up([service], local),
    )
    const [{ url }] = await queue
    tell(service, 'deploy/local', url)
    return url
  }
  const take = { environment: byEnvironment, containers: byContainer, local: byLocal }

  /** The first way that works; the last one's error if none does. */
  async function addressOf(service, ways) {
    const [way, ...others] = ways
    try {
      return await take[way](service)
    } catch (error) {
      if (!(error instanceof Unavailable) || others.length === 0 || ended) throw error
      if (way === 'containers' && !told.has(error.message)) {
        told.add(error.message)
        say(`containers none for ${service.name}: ${error.message}`)
      }
      return addressOf(service, others)
    }
  }

  return {
    /**
     * The services' addresses as environment variables; with each that cannot be had, its error.
     * @throws {Unavailable} the way that TEST_SERVICES demands cannot be taken
     */
    async start() {
      const ways = allowedWays()
      const environment = {}
      const failures = []
      const start = async (service) => {
        try {
          environment[service.variable] = await addressOf(service, ways)
        } catch (error) {
          if (!(error instanceof Unavailable) || ways.length === 1) throw error
          failures.push({ service, error })
        }
      }
      const results = await Promise.allSettled(SERVICES.map(start))
      const failed = results.find(({ status }) => status === 'rejected')
      if (failed) throw failed.reason
      return { environment, failures }
    },
    /** Ends what was started here. */
    async stop() {
      ended = true
      if (engine) {
        const connected = await engine.catch(() => undefined)
        await connected?.removeAll()
      }
      await down(SERVICES, local)
    },
  }
}
