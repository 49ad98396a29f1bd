// Services of tests in containers, by testcontainers. Every container carries a label that says
// which test run started it: the run removes its own, on Ctrl-C too, and those of runs on this
// machine that were killed. Where testcontainers' own reaper (ryuk) can be had, it looks after them
// as well.
import { hostname } from 'node:os'
import { identify, isAlive, sleep } from '../../deploy/local/processes.mjs'
import { choosePort } from '../../deploy/local/network.mjs'
import { Unavailable } from '../../deploy/local/unavailable.mjs'
import { CONTAINER_PLANS } from './container-plans.mjs'

const OWNER_LABEL = 'tributary.test.owner'
const ENGINE_MS = 20_000
const PULL_MS = 180_000
const CREATE_MS = 5_000
const START_MS = 240_000
const RYUK_PULL_MS = 30_000
const RYUK_IMAGE = process.env.RYUK_CONTAINER_IMAGE ?? 'testcontainers/ryuk:0.14.0'

const reasonOf = (error) => (error instanceof Error ? error.message : String(error))

/** As the promise, but an error when it takes longer. */
function within(ms, promise) {
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Error(`not within ${ms / 1_000} s`)), ms)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}

/**
 * Finds the container engine and removes what killed runs have left.
 * @param {(line: string) => void} say what takes its time
 * @throws {Unavailable} no engine answers
 */
export async function connectEngine(say) {
  const testcontainers = await import('testcontainers')
  let client
  try {
    client = await within(ENGINE_MS, testcontainers.getContainerRuntimeClient())
  } catch (error) {
    throw new Unavailable(
      `no container engine answers (${reasonOf(error)})`,
      'start one (dockerd), or name it by DOCKER_HOST',
    )
  }
  const owner = { host: hostname(), ...identify(process.pid) }
  const isOrphan = (other) => other.host === owner.host && !isAlive(other)
  await removeContainers(client, isOrphan)
  const starting = new Set()
  let giveUp
  const end = new Promise((_, fail) => (giveUp = () => fail(new Error('the tests have ended'))))
  end.catch(() => {})
  let ryuk
  const startOne = async (plan) => {
    await Promise.race([end, pull(testcontainers, client, { image: plan.image, say })])
    ryuk ??= prepareRyuk(testcontainers, client)
    await Promise.race([end, ryuk])
    return startContainer(testcontainers, client, { plan, owner })
  }
  return {
    /** host:port of the started service; throws Unavailable. */
    start: (name) => {
      starting.add(name)
      return startOne(CONTAINER_PLANS[name]).finally(() => starting.delete(name))
    },
    /** Removes this run's containers; what is being pulled is given up. */
    removeAll: async () => {
      giveUp()
      const isOurs = ({ host, pid }) => host === owner.host && pid === owner.pid
      // One that is being created at this moment is waited for, but not until it serves.
      const deadline = Date.now() + CREATE_MS
      while (starting.size > 0 && Date.now() < deadline) {
        await removeContainers(client, isOurs)
        await sleep(200)
      }
      await removeContainers(client, isOurs)
    },
  }
}

/** An image that is there is left alone. */
async function pull({ ImageName }, { image: images }, { image, say, ms = PULL_MS }) {
  const name = ImageName.fromString(image)
  if (await images.exists(name)) return
  say(`pulling ${image}`)
  try {
    await within(ms, images.pull(name))
    // An error in the middle of the stream looks like its end.
    if (!(await images.exists(name))) throw new Error('the engine has not got it')
  } catch (error) {
    throw new Unavailable(
      `the image ${image} cannot be pulled (${reasonOf(error).trim()})`,
      `try docker pull ${image}`,
    )
  }
}

async function prepareRyuk(testcontainers, client) {
  if (process.env.TESTCONTAINERS_RYUK_DISABLED !== undefined) return
  try {
    const quick = { image: RYUK_IMAGE, say: () => {}, ms: RYUK_PULL_MS }
    await pull(testcontainers, client, quick)
  } catch {
    process.env.TESTCONTAINERS_RYUK_DISABLED = 'true'
  }
}

async function startContainer({ GenericContainer, Wait }, client, { plan, owner }) {
  const { host } = client.info.containerRuntime
  const hostPort = plan.samePort ? await choosePort(0) : 0
  const container = new GenericContainer(plan.image)
    .withEnvironment(plan.environment({ host, hostPort }))
    .withExposedPorts(hostPort === 0 ? plan.port : { container: plan.port, host: hostPort })
    .withLabels({ 'org.testcontainers': 'true', [OWNER_LABEL]: JSON.stringify(owner) })
    .withWaitStrategy(plan.serves(Wait))
    .withStartupTimeout(START_MS)
  if (plan.command) container.withCommand(plan.command)
  try {
    const started = await container.start()
    return `${started.getHost()}:${started.getMappedPort(plan.port)}`
  } catch (error) {
    throw new Unavailable(
      `a container of ${plan.image} did not start (${reasonOf(error)})`,
      `try docker run ${plan.image}`,
    )
  }
}

async function removeContainers(client, isTheirs) {
  const running = await client.container.list()
  const marked = running.filter(({ Labels }) => {
    const label = Labels[OWNER_LABEL]
    return label !== undefined && isTheirs(JSON.parse(label))
  })
  await Promise.all(
    marked.map(async ({ Id }) => {
      const container = client.container.getById(Id)
      // Whoever is quicker, another run or the reaper, is welcome.
      await container.remove({ force: true, v: true }).catch(() => {})
    }),
  )
}
