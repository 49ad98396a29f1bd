import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import { firstFree, privatePort } from './private-port.ts'

const PROGRAM = `
import { privatePort } from ${JSON.stringify(new URL('private-port.ts', import.meta.url).href)}
console.log(await privatePort())
process.stdin.resume()
`

// Elsewhere a port cannot be held.
describe.runIf(process.platform === 'linux')('a port for a server to come', () => {
  test('is given once, though nobody listens on it yet', async () => {
    const port = await privatePort()
    await expect(firstFree([port])).rejects.toThrow('none of these ports is free')
  })

  test('is not given to a second process, until the first one ends', async () => {
    const args = ['--import', 'tsx', '--input-type=module', '--eval', PROGRAM]
    const other = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
    const [line] = (await once(other.stdout, 'data')) as [Buffer]
    const port = Number(line.toString())
    await expect(firstFree([port])).rejects.toThrow('none of these ports is free')

    other.stdin.end()
    await once(other, 'close')
    expect(await firstFree([port])).toBe(port)
  })
})
