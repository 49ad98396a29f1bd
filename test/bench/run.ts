// `npm run bench NAME`: runs test/bench/NAME.bench.ts with the arguments that follow.
import { readdirSync } from 'node:fs'

const SUFFIX = '.bench.ts'
const names = readdirSync(new URL('.', import.meta.url))
  .filter((file) => file.endsWith(SUFFIX))
  .map((file) => file.slice(0, -SUFFIX.length))

const name = process.argv[2]
if (name === undefined || !names.includes(name)) {
  process.stderr.write(`usage: npm run bench NAME; there are: ${names.join(', ')}\n`)
  process.exitCode = 2
} else {
  process.argv.splice(2, 1)
  await import(new URL(`${name}${SUFFIX}`, import.meta.url).href)
}
