// A commit that nobody waits for any more, on a store that refuses writes but answers questions.
import { expect, it } from 'vitest'
import { noProbe } from '../../src/adapters/process/system.ts'
import { MemoryStateStore } from '../../src/adapters/memory/memory-state-store.ts'
import { sendCommit } from '../../src/runtime/commit.ts'
import { Fenced } from '../../src/runtime/halt.ts'
import { commitOf, META } from '../contract/state-samples.ts'
import { withMethods } from './with-methods.ts'
import { patientClock } from './patient-clock.ts'

it('is tried until the partition is let go, and not once more', async () => {
  const memory = new MemoryStateStore()
  await memory.acquire('owner-a')
  await memory.create('owner-a', META)
  const letGo = new AbortController()
  let attempts = 0
  const store = withMethods(memory, {
    commit: () => {
      attempts++
      if (attempts === 3) letGo.abort()
      return Promise.reject(new Error('OOM command not allowed'))
    },
  })
  const clock = patientClock(() => 0)
  const sent = sendCommit({ store, clock, probe: noProbe, signal: letGo.signal }, commitOf({}))
  await expect(sent).rejects.toBeInstanceOf(Fenced)
  expect(attempts).toBe(3)
})

it('is not sent again at once where it is refused although nothing speaks against it', async () => {
  const memory = new MemoryStateStore()
  await memory.acquire('owner-a')
  await memory.create('owner-a', META)
  const steps: string[] = []
  const store = withMethods(memory, {
    commit: (commit) => {
      steps.push('sent')
      return steps.length < 4 ? Promise.resolve('fenced') : memory.commit(commit)
    },
  })
  const sleep = () => Promise.resolve(void steps.push('slept'))
  const clock = { ...patientClock(() => 0), sleep }
  const { signal } = new AbortController()
  await sendCommit({ store, clock, probe: noProbe, signal }, commitOf({}))
  expect(steps).toEqual(['sent', 'slept', 'sent', 'slept', 'sent'])
})

it('is not taken for done where the store has kept only a part of it', async () => {
  const memory = new MemoryStateStore()
  await memory.acquire('owner-a')
  await memory.create('owner-a', META)
  const commit = commitOf({})
  const store = withMethods(memory, {
    commit: () => Promise.reject(new Error('the connection broke')),
    owner: () => Promise.resolve({ token: 'owner-a', meta: { ...commit.meta, isTorn: true } }),
  })
  const clock = patientClock(() => 0)
  const { signal } = new AbortController()
  const sent = sendCommit({ store, clock, probe: noProbe, signal }, commit)
  await expect(sent).rejects.toBeInstanceOf(Fenced)
})
