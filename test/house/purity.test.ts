// Determinism (DESIGN section 9): in the core there is no clock, no chance, no I/O, no locale,
// nothing asynchronous and no float power; in the runtime time, timers and chance come from ports
// only.
import { describe, expect, it } from 'vitest'
import { codeOf, filesIn, linesWith } from './repository.ts'

const TIME_AND_CHANCE = [
  /\b(Date|performance|setTimeout|setInterval|setImmediate|queueMicrotask)\b/,
  /\bMath\.random\b|(?<![.\w])process\b|\bcrypto\b/,
]

const CORE_ONLY = [
  /\bMath\.(pow|exp|log|log2|log10|log1p|sin|cos|tan|sqrt|cbrt|hypot)\b|\*\*/,
  /\blocaleCompare\b|\btoLocale\w*\b|\bIntl\b|\bCollator\b/,
  /\bfor\s*\(\s*(const|let|var)\s+\w+\s+in\b/,
  /\b(async|await|Promise)\b|\bfunction\s*\*|\byield\b/,
  /\b(globalThis|Buffer|console|fetch|eval|require|WeakRef|FinalizationRegistry|Atomics)\b/,
]

const code = (folder: string) =>
  filesIn(folder, '.ts').map(({ name, text }) => ({ name, text: codeOf(text) }))

describe('the core', () => {
  it.each([...TIME_AND_CHANCE, ...CORE_ONLY])('does not use %s', (pattern) => {
    expect(linesWith(code('src/core/'), pattern)).toEqual([])
  })
})

describe('the runtime', () => {
  it.each(TIME_AND_CHANCE)('takes time, timers and chance from ports: no %s', (pattern) => {
    expect(linesWith(code('src/runtime/'), pattern)).toEqual([])
  })
})

describe('a process', () => {
  it('has its environment read by src/config alone', () => {
    const others = code('src/').filter(({ name }) => !name.startsWith('src/config/'))
    expect(linesWith(others, /\bprocess\s*\.\s*env\b/)).toEqual([])
  })

  it('is spoken for by cli and main alone', () => {
    const others = code('src/').filter(({ name }) => !/^src\/(cli\/|main\.ts$)/.test(name))
    expect(
      linesWith(others, /\bprocess\s*\.\s*(stdout|stderr|exit|exitCode)\b|\bconsole\b/),
    ).toEqual([])
  })
})

describe('this check', () => {
  const finds = (line: string) =>
    [...TIME_AND_CHANCE, ...CORE_ONLY].some((pattern) => pattern.test(codeOf(line)))

  it.each([
    'const now = Date.now()',
    'x = a ** b',
    'names.sort((a, b) => a.localeCompare(b))',
    'for (const key in all) use(key)',
    'const text = `at ${new Date()}`',
    'process.nextTick(f)',
    'const r = /x/.test(y) ? Math.random() : 0',
  ])('finds %s', (line) => {
    expect(finds(line)).toBe(true)
  })

  it.each([
    "// Date.now() would differ from run to run\nconst a = 'Math.random()'",
    '/* await ** */ const b = /process/.test(c)',
    'const d = queue.process(e)',
    'const per = total / count / 2 // a promise',
  ])('takes no offence at comments, strings and look-alikes', (line) => {
    expect(finds(line)).toBe(false)
  })
})
