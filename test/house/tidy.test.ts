// Style as numbers and names, so that it cannot drift.
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { FILES, filesIn, linesWith } from './repository.ts'

const CODE = ['.ts', '.mjs', '.lua']
const LINES_MAX = 300
const COLUMNS_MAX = 100

const code = [
  ...filesIn('src/', ...CODE),
  ...filesIn('test/', ...CODE),
  ...filesIn('schemas/', ...CODE),
  ...filesIn('deploy/', ...CODE),
]

describe('source files', () => {
  it(`have at most ${LINES_MAX} lines`, () => {
    const long = code
      .map(({ name, text }) => ({ name, lines: text.split('\n').length - 1 }))
      .filter(({ name, lines }) => name.startsWith('src/') && lines > LINES_MAX)
    expect(long).toEqual([])
  })

  it(`have lines of at most ${COLUMNS_MAX} columns, but for text in quotes`, () => {
    const isComment = (line: string) => /^\s*(\/\/|\/?\*|--)/.test(line)
    const long = linesWith(code, new RegExp(`^.{${COLUMNS_MAX + 1},}$`)).filter((found) => {
      const line = found.slice(found.indexOf(': ') + 2)
      return isComment(line) || !/['"`]/.test(line)
    })
    expect(long).toEqual([])
  })

  it('begin with a comment that says what they are for', () => {
    const bare = code
      .filter(({ name }) => !name.startsWith('test/'))
      .filter(({ text }) => !/^(#!.*\n)?(\/\/|\/\*\*|--)/.test(text))
      .map(({ name }) => name)
    expect(bare).toEqual([])
  })

  it('are named in kebab-case, for what is in them', () => {
    const name = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*$/
    const catchAll = /^(utils?|helpers?|managers?|commons?|misc|shared|lib|stuff|constants|types)$/
    const wrong = code.filter(({ name: file }) =>
      file.split('/').some((part, i, parts) => {
        const word = i === parts.length - 1 ? part.replace(/\..*$/, '') : part
        return !name.test(part) || word.split('-').some((piece) => catchAll.test(piece))
      }),
    )
    expect(wrong.map(({ name: file }) => file)).toEqual([])
  })

  it('leave nothing open', () => {
    // Written apart, so that this file does not find itself.
    const marks = [
      ['TO', 'DO'],
      ['FIX', 'ME'],
      ['not ', 'implemented'],
    ].map((parts) => parts.join(''))
    const open = new RegExp(`\\b(${marks.join('|')})\\b`, 'i')
    expect(linesWith(code, open)).toEqual([])
  })
})

describe('tests', () => {
  it('are all run: none is focused or switched off', () => {
    const switches = [
      ['on', 'ly'],
      ['sk', 'ip'],
      ['to', 'do'],
    ].map((parts) => parts.join(''))
    const switched = new RegExp(`\\b(it|test|describe)\\.(${switches.join('|')})\\b`)
    expect(linesWith(filesIn('test/', '.ts'), switched)).toEqual([])
  })

  it('of code mirror src', () => {
    const layers = new Set(filesIn('src/', '.ts').map(({ name }) => name.split('/')[1]))
    const own =
      'sim chaos bad-input proof integration golden bench contract house oracle logs deploy services'.split(
        ' ',
      )
    const folders = new Set(
      filesIn('test/', '.test.ts')
        .map(({ name }) => name.split('/'))
        .filter((parts) => parts.length > 2)
        .map((parts) => parts[1] ?? ''),
    )
    const stray = [...folders].filter((folder) => !layers.has(folder) && !own.includes(folder))
    expect(stray).toEqual([])
  })
})

describe('the repository', () => {
  it('has nothing at the top that a newcomer would not expect', () => {
    const expected = new Set(
      (
        'src schemas deploy test docker-compose.yml package.json package-lock.json tsconfig.json ' +
        'README.md LICENSE CHANGELOG.md'
      ).split(' '),
    )
    const top = new Set(FILES.map(({ name }) => name.split('/')[0] ?? ''))
    const stray = [...top].filter((name) => !name.startsWith('.') && !expected.has(name))
    expect(stray).toEqual([])
  })

  it('names no path and no registry of one machine', () => {
    const here = /(^|[^a-z0-9.])\/(work|root|home\/\w+|Users\/\w+|tmp\/bash_jobs)\//
    const others = FILES.filter(({ name }) => name !== 'package-lock.json')
    expect(linesWith(others, here)).toEqual([])
    const lock = FILES.filter(({ name }) => name === 'package-lock.json')
    const registry = /"resolved": "(?!https:\/\/registry\.npmjs\.org\/)/
    expect(lock.length).toBe(1)
    expect(linesWith(lock, registry)).toEqual([])
  })

  it('locks the optional packages of every platform, or npm ci would refuse on all', () => {
    const text = FILES.find(({ name }) => name === 'package-lock.json')?.text ?? '{}'
    const { packages } = JSON.parse(text) as {
      packages: Record<string, { optionalDependencies?: Record<string, string> }>
    }
    const wanted = Object.values(packages).flatMap((entry) =>
      Object.keys(entry.optionalDependencies ?? {}),
    )
    const locked = Object.keys(packages)
    const missing = wanted.filter(
      (name) => !locked.some((at) => at.endsWith(`node_modules/${name}`)),
    )
    expect(missing).toEqual([])
  })

  it('keeps scripts executable that people call by name', () => {
    const scripts = new Set(['.ci/run', 'deploy/local/up', 'deploy/local/down'])
    const found = FILES.filter(({ name }) => scripts.has(name))
    expect(found.map(({ name }) => path.basename(name)).toSorted()).toEqual(['down', 'run', 'up'])
    for (const { text } of found) expect(text).toMatch(/^#!/)
  })
})
