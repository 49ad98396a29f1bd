// The state beside the ledger: what was saved is found, and a file that is none of ours is refused.
import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MemoryStateStore } from '../../../src/adapters/memory/memory-state-store.ts'
import { findJourney, saveState, stateFile } from '../../../src/adapters/memory/state-file.ts'
import { DEFAULT_SETTINGS } from '../../../src/core/settings.ts'
import type { DictionaryEntry } from '../../../src/ports/state-store.ts'
import { META, commitOf } from '../../contract/state-samples.ts'

const PERSONS = 3_000
const DICTIONARY: readonly DictionaryEntry[] = [
  { kind: 0, id: 1, value: 'tiktok_ad' },
  { kind: 1, id: 1, value: 'line\nbreak, Ünïcode \u2028 and "quotes"' },
]

let folder: string
let file: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'tributary-test-'))
  file = stateFile(folder)
})
afterAll(() => rm(folder, { recursive: true, force: true }))

const personOf = (i: number): Buffer => {
  const person = Buffer.alloc(16, i % 251)
  person.writeUInt32LE(i, 12)
  return person
}

/** Of different lengths, up to more than a chunk of the file in all. */
const journeyOf = (i: number): Buffer => Buffer.alloc(4 * (1 + (i % 300)), i % 256)

async function storeWith(persons: number): Promise<MemoryStateStore> {
  const store = new MemoryStateStore()
  await store.acquire('owner-a')
  await store.create('owner-a', META)
  const all = Array.from({ length: persons }, (_, i) => i)
  let end = 0
  const journeys = {
    bytes: new Uint8Array(Buffer.concat(all.map(journeyOf))),
    ends: Int32Array.from(all.map((i) => (end += journeyOf(i).length))),
  }
  const committed = await store.commit(
    commitOf({
      meta: { ...META, journeys: persons },
      persons: new Uint8Array(Buffer.concat(all.map(personOf))),
      journeys,
      dictionary: DICTIONARY,
    }),
  )
  expect(committed).toBe('committed')
  return store
}

describe('the state file', () => {
  it('gives back meta, settings, dictionary and the very bytes of every journey', async () => {
    const settings = { ...DEFAULT_SETTINGS, latenessMs: 5_000 }
    await saveState(file, await storeWith(PERSONS), settings)
    for (const i of [0, 1, 299, 1_500, PERSONS - 1]) {
      const found = await findJourney(file, personOf(i))
      expect(found).toEqual({
        meta: { ...META, journeys: PERSONS },
        settings,
        dictionary: DICTIONARY,
        bytes: new Uint8Array(journeyOf(i)),
      })
    }
    expect(await readdir(folder)).toEqual(['state.bin'])
  })

  it('has null for a person without a journey', async () => {
    await saveState(file, await storeWith(PERSONS), DEFAULT_SETTINGS)
    expect((await findJourney(file, personOf(PERSONS))).bytes).toBeNull()
    await saveState(file, await storeWith(0), DEFAULT_SETTINGS)
    expect((await findJourney(file, personOf(0))).bytes).toBeNull()
  })

  it('is refused by name where it cannot be written, and leaves nothing', async () => {
    await expect(
      saveState(join(folder, 'nowhere', 'state.bin'), await storeWith(1), DEFAULT_SETTINGS),
    ).rejects.toMatchObject({ code: 'TRIBUTARY_USAGE', hint: expect.stringMatching('ENOENT') })
    expect(await readdir(folder)).toEqual(['state.bin'])
  })
})

describe('a file that is no such state', () => {
  const refused = (code: string) =>
    expect(findJourney(file, personOf(7))).rejects.toMatchObject({
      code,
      hint: expect.stringMatching('tributary replay'),
    })

  it('is missed with the commands that make one', async () => {
    await rm(file, { force: true })
    await refused('TRIBUTARY_USAGE')
    await mkdir(file)
    await refused('TRIBUTARY_USAGE')
    await rm(file, { recursive: true })
  })

  it.each([
    ['empty', ''],
    ['text', 'user_id,timestamp\n1,2\n'],
    ['other JSON', '{"a":1}\n'],
    ['a beginning without end', '{"tributary_state":1,"meta'],
    ['of another version', '{"tributary_state":2,"meta":{}}\n'],
    ['a broken line', '{"tributary_state":1,"meta\n'],
  ])('is refused when it is %s', async (_, text) => {
    await writeFile(file, text)
    await refused('TRIBUTARY_BAD_DATA')
  })

  it('is refused when it was cut, between journeys or within one', async () => {
    await saveState(file, await storeWith(3), DEFAULT_SETTINGS)
    const whole = await readFile(file)
    const last = 20 + journeyOf(2).length
    for (const cut of [last, last - 3, 5]) {
      await writeFile(file, whole.subarray(0, whole.length - cut))
      await refused('TRIBUTARY_BAD_DATA')
    }
  })

  it('is refused when a length is impossible', async () => {
    await saveState(file, await storeWith(3), DEFAULT_SETTINGS)
    const whole = await readFile(file)
    whole.writeUInt32LE(0xffff_fff0, whole.indexOf(0x0a) + 1 + 16)
    await writeFile(file, whole)
    await refused('TRIBUTARY_BAD_DATA')
  })

  it('is refused when its settings are not those it was written with', async () => {
    await saveState(file, await storeWith(3), DEFAULT_SETTINGS)
    const text = await readFile(file, 'latin1')
    await writeFile(
      file,
      text.replace('"latenessMs":604800000', '"latenessMs":604800001'),
      'latin1',
    )
    await refused('TRIBUTARY_BAD_DATA')
  })
})
