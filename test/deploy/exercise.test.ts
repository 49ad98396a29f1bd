// docker-compose.yml and the image with real containers, where there is a Docker engine: some
// minutes, most of them for building the image.
import { execFile, spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const EXERCISE = fileURLToPath(new URL('../../deploy/containers/exercise.mjs', import.meta.url))
const LIMIT_MS = 1_200_000

interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

async function exercise(
  args: readonly string[] = [],
  env: NodeJS.ProcessEnv = process.env,
): Promise<Outcome> {
  try {
    const options = { env, maxBuffer: 64 << 20 }
    return {
      code: 0,
      ...(await promisify(execFile)(process.execPath, [EXERCISE, ...args], options)),
    }
  } catch (error) {
    return error as Outcome
  }
}

describe('the exercise with containers', () => {
  it('says what is missing where there is no Docker engine', async () => {
    const nowhere = { ...process.env, DOCKER_HOST: 'unix:///nowhere/docker.sock' }
    const { code, stderr } = await exercise([], nowhere)
    expect(code).toBe(69)
    expect(stderr).toMatch(/^error: no Docker engine answers[^]*\n {2}install Docker and start it/)
  })

  it('explains its usage', async () => {
    expect(await exercise(['--keeep'])).toMatchObject({
      code: 2,
      stderr: 'usage: node deploy/containers/exercise.mjs [--keep]\n',
    })
  })

  const engine = spawnSync('docker', ['info', '--format', '{{.ServerVersion}}'], {
    timeout: 10_000,
  })
  const title = 'ends well: healthy, growing, read-only, stopped with 0, audited'
  const reason = 'needs a Docker engine, and none answers'
  it.skipIf(engine.status !== 0)(
    engine.status === 0 ? title : reason,
    { timeout: LIMIT_MS },
    async (context) => {
      const { code, stdout, stderr } = await exercise()
      // An engine without a registry, and without the images.
      if (code === 69) context.skip(stderr.split('\n')[0])
      expect(stdout).not.toContain('FAILED')
      expect(code).toBe(0)
    },
  )
})
