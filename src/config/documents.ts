// Documents made from the schema, so that they cannot drift from it: `.env.example` and the table
// of settings. CI compares the files in the repository with what these return.
import { KEYS, type Key } from './keys.ts'

/** First line of a generated `.env.example`; a file without it is somebody's own: left alone. */
export const ENV_MARK = '# Written by `tributary config env` from src/config/schema.ts.'

const TABLE_BEGIN =
  '<!-- settings: written by `tributary config table` -->\n<!-- prettier-ignore-start -->'
const TABLE_END = '<!-- prettier-ignore-end -->\n<!-- end of settings -->'

/** Every variable with its meaning and default, all commented out. */
export function envExample(): string {
  const head = [
    ENV_MARK,
    '# Every setting with its default. Precedence: flag, environment, file (--config), default.',
    '# An empty variable counts as not set; an unknown TRIBUTARY_* is an error.',
  ]
  const entries = KEYS.map((key) => {
    const value = asText(key.fallback ?? key.meta.example ?? '')
    const secret = key.meta.secret ? [`# ${key.variable}_FILE=/run/secrets/…`] : []
    const lines = [`# ${key.meta.description}`, `# ${key.variable}=${value}`, ...secret]
    return ['', ...lines].join('\n')
  })
  return `${[...head, ...entries].join('\n')}\n`
}

/** The table of settings as Markdown, between its marks. */
export function settingsTable(): string {
  const rows = KEYS.map((key) => {
    const cells = [
      code(key.name),
      code(key.variable) + (key.meta.secret ? ` (or ${code(`${key.variable}_FILE`)})` : ''),
      key.meta.kind,
      defaultCell(key),
      key.meta.description,
    ]
    return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  })
  return [
    TABLE_BEGIN,
    '',
    '| in the file | in the environment | kind | default | meaning |',
    '|---|---|---|---|---|',
    ...rows,
    '',
    TABLE_END,
  ].join('\n')
}

/** `document` with the table between its marks replaced; null when it has no marks. */
export function withSettingsTable(document: string): string | null {
  const begin = document.indexOf(TABLE_BEGIN)
  const end = document.indexOf(TABLE_END, begin)
  if (begin === -1 || end === -1) return null
  return document.slice(0, begin) + settingsTable() + document.slice(end + TABLE_END.length)
}

function defaultCell(key: Key): string {
  if (key.fallback !== undefined) return code(asText(key.fallback))
  return key.meta.defaultText === undefined ? 'empty' : code(key.meta.defaultText)
}

function asText(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function code(text: string): string {
  return `\`${text}\``
}
