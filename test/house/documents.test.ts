// The READMEs that are promised are there, and what they point at exists.
import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, it } from 'vitest'
import { FILES, filesIn } from './repository.ts'

const PROMISED = [
  'README.md',
  'src/README.md',
  'schemas/README.md',
  'test/README.md',
  'deploy/local/README.md',
]
const documents = filesIn('', '.md')

/** GitHub's name of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-')

const anchorsOf = (text: string): string[] =>
  text
    .split('\n')
    .filter((line) => /^#{1,6} /.test(line))
    .map((line) => anchorOf(line.replace(/^#+ /, '')))

function brokenLinks({ name, text }: { name: string; text: string }): string[] {
  const prose = text.replace(/```[^]*?```/g, '')
  const links = [...prose.matchAll(/\]\(([^)\s]+)(?:\s+"[^"]*")?\)/g)].map(
    ([, target]) => target ?? '',
  )
  return links
    .filter((target) => !/^[a-z]+:/.test(target))
    .filter((target) => {
      const [file = '', anchor] = target.split('#')
      const full = file === '' ? name : path.posix.join(path.posix.dirname(name), file)
      const document = file === '' ? { text } : documents.find((one) => one.name === full)
      if (anchor !== undefined && document) return !anchorsOf(document.text).includes(anchor)
      return !FILES.some(
        (one) => one.name === full || one.name.startsWith(`${full.replace(/\/$/, '')}/`),
      )
    })
    .map((target) => `${name}: ${target}`)
}

describe('documents', () => {
  it.each(PROMISED)('%s is there', (name) => {
    expect(existsSync(new URL(`../../${name}`, import.meta.url))).toBe(true)
  })

  it('link to what exists', () => {
    expect(documents.flatMap(brokenLinks)).toEqual([])
  })

  it('with a link to nowhere are found', () => {
    const text =
      '# A title\n[a](nowhere.md) [b](../package.json) [c](#a-title) [d](#other) [e](https://x.example)'
    expect(brokenLinks({ name: 'test/x.md', text })).toEqual([
      'test/x.md: nowhere.md',
      'test/x.md: #other',
    ])
  })

  it('name only npm scripts that package.json has', () => {
    const { scripts } = JSON.parse(
      FILES.find(({ name }) => name === 'package.json')?.text ?? '{}',
    ) as { scripts: Record<string, string> }
    const named = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\bnpm run ([a-z][a-z:-]*)/g)].map(
        ([, script]) => [name, script ?? ''] as const,
      ),
    )
    expect(named.filter(([, script]) => scripts[script] === undefined)).toEqual([])
  })
})
