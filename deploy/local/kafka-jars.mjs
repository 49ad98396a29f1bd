// Java and Apache Kafka's jars, which Maven copies into a cache once per version for all checkouts
// of this user: the same classes that the official image runs.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { spawnSync } from 'node:child_process'
import { requireProgram, run } from './requirements.mjs'
import { Unavailable } from './unavailable.mjs'

const POM = fileURLToPath(new URL('pom.xml', import.meta.url))
const JAVA_MIN = 17

const PACKAGES = ['openjdk-17-jre-headless', 'maven']
const JAVA = {
  packages: PACKAGES,
  purpose: 'Apache Kafka',
  elsewhere: 'brew install openjdk maven',
}
const MAVEN = { ...JAVA, purpose: "fetching Apache Kafka's jars" }

/**
 * Installs and fetches what is missing.
 * @param {(line: string) => void} say
 * @returns {{java: string, classPath: string}}
 * @throws {Unavailable}
 */
export function requireKafka(say) {
  const java = requireProgram('java', JAVA, say)
  checkJava(java)
  return { java, classPath: path.join(jars(say), '*') }
}

function checkJava(java) {
  const { stderr } = spawnSync(java, ['-version'], { encoding: 'utf8' })
  const version = Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0)
  if (version < JAVA_MIN) {
    throw new Unavailable(
      `Apache Kafka 4 needs Java ${JAVA_MIN} or newer, but ${java} is Java ${version}`,
      `put a newer java first in PATH (Debian, as root: apt-get install ${JAVA.packages[0]})`,
    )
  }
}

/**
 * The folder of Kafka's jars, fetched once per version of the pom for all checkouts of this user.
 */
function jars(say) {
  const cache = path.join(process.env.XDG_CACHE_HOME || path.join(homedir(), '.cache'), 'tributary')
  const pom = readFileSync(POM)
  const lib = path.join(
    cache,
    `kafka-${createHash('sha256').update(pom).digest('hex').slice(0, 12)}`,
  )
  if (existsSync(lib)) return lib
  const maven = requireProgram('mvn', MAVEN, say)
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(`${lib}.`)
  say("fetching Apache Kafka's jars with Maven (about 55 MB, once)")
  const goal = ['dependency:copy-dependencies', `-DoutputDirectory=${unfinished}`]
  if (run(maven, ['-q', '-B', '-f', POM, ...goal]) !== 0) {
    rmSync(unfinished, { recursive: true, force: true })
    throw new Unavailable(
      "Apache Kafka's jars could not be fetched by Maven",
      'see above; a mirror or proxy belongs into ~/.m2/settings.xml',
    )
  }
  // Whoever comes second finds the folder taken, which is as good.
  if (existsSync(lib)) rmSync(unfinished, { recursive: true, force: true })
  else renameSync(unfinished, lib)
  return lib
}
