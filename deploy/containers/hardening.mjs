// What the worker's container may not do, tried out: be root, write, have capabilities, and what it
// has not got: the embedded engine, development packages.
import { inspect } from './docker.mjs'

/** @returns {string} what was found. @throws an Error that names what is not as it should be */
export function hardeningOf(project, image) {
  const { Config, HostConfig } = inspect(project.answer(['ps', '--quiet', 'worker']))
  const inside = (...command) => project.run(['exec', '-T', 'worker', ...command])
  const user = inside('id', '-u').stdout.trim()
  const findings = {
    'it is root': user === '0' || user === '',
    'its image is root': !/^[1-9]\d*/.test(Config.User),
    'its file system can be written': !HostConfig.ReadonlyRootfs,
    'a file could be made': inside('sh', '-c', 'echo x > /app/x').code === 0,
    'it has capabilities': capabilitiesOf(inside) !== '0000000000000000',
    'it may get privileges': !(HostConfig.SecurityOpt ?? []).some((one) =>
      one.startsWith('no-new-privileges'),
    ),
    'the embedded engine is there': inside('ls', 'node_modules/chdb').code === 0,
    'development packages are there': inside('ls', 'node_modules/vitest').code === 0,
    'the health check of its image fails': imageCheck(inside, image) !== 0,
  }
  const wrong = Object.entries(findings).flatMap(([name, isTrue]) => (isTrue ? [name] : []))
  if (wrong.length > 0) throw new Error(wrong.join(', '))
  return `user ${user}, read-only, no capabilities, no engine`
}

/** Hex digits, one bit each. */
const capabilitiesOf = (inside) =>
  /^CapEff:\s*([0-9a-f]+)/m.exec(inside('cat', '/proc/1/status').stdout)?.[1]

/** Its exit code. */
function imageCheck(inside, image) {
  const [, ...command] = inspect(image, 'image').Config.Healthcheck?.Test ?? []
  return command.length === 0 ? 1 : inside(...command).code
}
