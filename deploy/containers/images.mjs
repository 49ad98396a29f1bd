// What images an exercise ran on, in words: from a registry, with its digest, or built on this
// machine, as a stand-in under the same name is where no registry can be reached.
import { docker, inspect } from './docker.mjs'
import { Unavailable } from '../local/unavailable.mjs'

const PULL_MS = 180_000

/** Left out, and told, where its image cannot be had; all others are needed. */
const DISPENSABLE = new Set(['grafana'])

/**
 * Pulls what is missing, but for what is built here.
 * @param {Record<string, {image: string, build?: object}>} services of `docker compose config`
 * @returns {{used: string[], leftOut: {service: string, reason: string}[]}}
 * @throws {Unavailable}
 */
export function obtainImages(services, say) {
  const used = []
  const leftOut = []
  for (const [service, { image, build }] of Object.entries(services)) {
    const reason = build ? '' : missing(image, say)
    if (reason === '') used.push(service)
    else if (DISPENSABLE.has(service)) leftOut.push({ service, reason })
    else throw new Unavailable(reason, `try docker pull ${image}`)
  }
  return { used, leftOut }
}

/** Why there is no such image; '' when there is. */
function missing(image, say) {
  const isThere = () => docker(['image', 'inspect', image]).code === 0
  if (isThere()) return ''
  say(`pulling ${image}`)
  const { stderr } = docker(['pull', '--quiet', image], { timeout: PULL_MS })
  if (isThere()) return ''
  return `the image ${image} cannot be pulled (${stderr.trim().split('\n').at(-1)})`
}

/** @returns {string} one line: name, where it is from, its id, its size */
export function imageLine(image) {
  const { Id, RepoDigests, Size } = inspect(image, 'image')
  const digest = RepoDigests.map((name) => name.split('@')[1]).find(Boolean)
  const from = digest ? `from a registry, ${digest.slice(0, 19)}` : 'built on this machine'
  return `${image}: ${from}, id ${Id.slice(7, 19)}, ${Math.round(Size / 1e6)} MB`
}
