// A part of PathData, through a file and through Kafka with workers that are killed.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { describeWithServices } from '../services.ts'
import { sameNumbers } from './same-numbers.ts'

const SCRIPT = fileURLToPath(
  new URL('../../../shared/data/pathdata-to-events.mjs', import.meta.url),
)
const EVENTS = 40_000

describeWithServices(
  ['kafka', 'redis', 'clickhouse'],
  'real events through Kafka, two workers and kill -9',
  (brokers, redisUrl, clickhouseUrl) => {
    it.skipIf(!existsSync(SCRIPT))(
      'give the same CSV of every view as replay, byte for byte (skipped without shared/data)',
      async () => {
        const folder = await mkdtemp(path.join(tmpdir(), 'tributary-part-'))
        const file = path.join(folder, 'part.ndjson')
        const { stdout } = await promisify(execFile)(process.execPath, [SCRIPT], {
          maxBuffer: 1 << 30,
        })
        await writeFile(file, `${stdout.split('\n', EVENTS).join('\n')}\n`)
        try {
          const result = await sameNumbers({
            file,
            brokers,
            redisUrl,
            clickhouseUrl,
            killEveryMs: 15_000,
            killsMin: 2,
            killsMax: 2,
            say: () => undefined,
          })
          expect(result.differing).toEqual([])
          expect(result).toMatchObject({ records: EVENTS, exitCodes: [0, 0] })
        } finally {
          await rm(folder, { recursive: true, force: true })
        }
      },
      300_000,
    )
  },
)
