// What documents name in passing exists: commands with their options, settings, error codes.
import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { describe, expect, it } from 'vitest'
import { createProgram } from '../../src/cli/program.ts'
import { KEYS } from '../../src/config/keys.ts'
import { UNEXPECTED } from '../../src/ports/error-meanings.ts'
import { ERROR_CODES } from '../../src/ports/errors.ts'
import { filesIn } from '../house/repository.ts'

const documents = filesIn('', '.md').filter(({ name }) => name !== 'CHANGELOG.md')

/** What is wrong with `tributary …` as somebody would type it; '' if nothing. */
function mistakeIn(words: readonly string[]): string {
  let command: CommandUnknownOpts = createProgram()
  for (const word of words) {
    // Placeholders and alternatives: FILE, COMMAND, QUERY, …, lineage|rebuild.
    if (!/^(--)?[a-z][a-z-]*$/.test(word)) continue
    if (!word.startsWith('--')) {
      const inner = command.commands.find((one) => one.name() === word)
      if (inner !== undefined) command = inner
      else if (command.commands.length > 0) return `${command.name()} has no ${word}`
      continue
    }
    if (word === '--help' || command.options.some(({ long }) => long === word)) continue
    return `${command.name()} has no option ${word}`
  }
  return ''
}

const commandsIn = (text: string): string[][] =>
  [...text.matchAll(/(?:^|`|npx )tributary ([a-z][^`\n]*)/gm)].map(([, rest = '']) =>
    rest
      .replace(/\s{2,}#.*$/, '')
      .replaceAll(/"[^"]*"/g, 'QUERY')
      .split(/[\s=]+/),
  )

describe('documents name', () => {
  it('commands and options that there are', () => {
    const found = documents.flatMap(({ name, text }) =>
      commandsIn(text).map((words) => ({ name, words })),
    )
    expect(found.length).toBeGreaterThan(60)
    const wrong = found.flatMap(({ name, words }) => {
      const mistake = mistakeIn(words)
      return mistake === '' ? [] : [`${name}: ${mistake}`]
    })
    expect(wrong).toEqual([])
  })

  it('every command, in the table of README.md', () => {
    const readme = documents.find(({ name }) => name === 'README.md')?.text ?? ''
    const missing = createProgram()
      .commands.map((command) => command.name())
      .filter((name) => !readme.includes(`| \`tributary ${name}`) && name !== 'version')
    expect(missing).toEqual([])
  })

  it('settings and error codes that there are', () => {
    const names = new Set([
      ...Object.keys(ERROR_CODES),
      UNEXPECTED.code,
      ...KEYS.flatMap(({ variable }) => [variable, `${variable}_FILE`]),
    ])
    const wrong = documents.flatMap(({ name, text }) =>
      [...text.matchAll(/\bTRIBUTARY_[A-Z][A-Z_]*[A-Z]/g)]
        .filter(([word]) => !names.has(word))
        .map(([word]) => `${name}: ${word}`),
    )
    expect(wrong).toEqual([])
  })

  it('and a wrong one is found', () => {
    expect(commandsIn('use `tributary replay FILE --out=x` or\n')).toEqual([
      ['replay', 'FILE', '--out', 'x'],
    ])
    expect(mistakeIn(['admin', 'skip', '--execute'])).toBe('')
    expect(mistakeIn(['admin', 'skp'])).toBe('admin has no skp')
    expect(mistakeIn(['replay', 'FILE', '--output', 'x'])).toBe('replay has no option --output')
    expect(mistakeIn(['rerun'])).toBe('tributary has no rerun')
  })
})
