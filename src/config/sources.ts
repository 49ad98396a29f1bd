// Where values come from: flags, environment, file. Each source gives raw values by key, with the
// name under which a person wrote them, so that every mistake can point at its place. Nothing is
// interpreted here but names; unknown ones are mistakes, since a mistyped setting would silently be
// its default.
import { readFileSync } from 'node:fs'
import { parseDocument } from 'yaml'
import { KEYS, KEY_BY_NAME, VARIABLE_PREFIX } from './keys.ts'
import { didYouMean, type Mistake } from './mistakes.ts'

export interface RawValue {
  readonly value: unknown
  /** `TRIBUTARY_LATENESS`, `tributary.yaml: lateness`, `--clickhouse`. */
  readonly where: string
}
/** Key name -> value. */
export type RawValues = Map<string, RawValue>

export type Environment = Readonly<Record<string, string | undefined>>

/** Our variables of the environment. An empty one counts as not set (compose writes those). */
export function fromEnvironment(environment: Environment, mistakes: Mistake[]): RawValues {
  const values: RawValues = new Map()
  const known = new Map(KEYS.map((key) => [key.variable, key]))
  const files = new Map(
    KEYS.filter((key) => key.meta.secret).map((key) => [`${key.variable}_FILE`, key]),
  )
  for (const [variable, value] of Object.entries(environment)) {
    if (!variable.startsWith(VARIABLE_PREFIX)) continue
    const file = files.get(variable)
    const key = known.get(variable) ?? file
    if (key === undefined) {
      const hint = didYouMean(variable, [...known.keys(), ...files.keys()])
      mistakes.push({ where: variable, what: `unknown setting${hint}` })
    } else if (value !== undefined && value !== '') {
      if (values.has(key.name)) {
        mistakes.push({
          where: `${key.variable}_FILE`,
          what: `given beside ${key.variable}; keep one`,
        })
      }
      const read = file === undefined ? value : readSecret(variable, value, mistakes)
      if (read !== undefined) values.set(key.name, { value: read, where: variable })
    }
  }
  return values
}

function readSecret(variable: string, file: string, mistakes: Mistake[]): string | undefined {
  try {
    return readFileSync(file, 'utf8').trim()
  } catch (error) {
    mistakes.push({ where: variable, what: `cannot read ${file}: ${reason(error)}` })
    return undefined
  }
}

/** Values of a YAML or JSON file (JSON is YAML). A key without a value counts as not set. */
export function fromFile(file: string, mistakes: Mistake[]): RawValues {
  const values: RawValues = new Map()
  let text: string
  try {
    text = readFileSync(file, 'utf8')
  } catch (error) {
    mistakes.push({ where: file, what: `cannot be read: ${reason(error)}` })
    return values
  }
  const document = parseDocument(text, { prettyErrors: true })
  for (const error of document.errors) {
    const line = error.message.split('\n')[0]?.replace(/:$/, '') ?? ''
    mistakes.push({ where: file, what: `is not YAML or JSON: ${line}` })
  }
  if (document.errors.length === 0) collect(file, document.toJS() as unknown, [], values, mistakes)
  return values
}

const GROUPS = new Set(KEYS.filter((key) => key.path.length > 1).map((key) => key.path[0]))

function collect(
  file: string,
  node: unknown,
  parents: readonly string[],
  values: RawValues,
  mistakes: Mistake[],
): void {
  if (node === null || node === undefined) return
  if (typeof node !== 'object' || Array.isArray(node)) {
    const where = [file, ...(parents.length > 0 ? [parents.join('.')] : [])].join(': ')
    mistakes.push({ where, what: 'expected settings by name, like `lateness: 7d`' })
    return
  }
  for (const [part, value] of Object.entries(node as Record<string, unknown>)) {
    const path = [...parents, part]
    const name = path.join('.')
    const where = `${file}: ${name}`
    if (KEY_BY_NAME.has(name)) {
      if (value !== null) values.set(name, { value, where })
    } else if (parents.length === 0 && GROUPS.has(part)) {
      collect(file, value, path, values, mistakes)
    } else {
      const hint = didYouMean(name, [...KEY_BY_NAME.keys()])
      mistakes.push({ where, what: `unknown setting${hint}` })
    }
  }
}

function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code
  if (code === 'ENOENT') return 'there is no such file'
  if (code === 'EACCES') return 'permission denied'
  if (code === 'EISDIR') return 'it is a folder'
  return error instanceof Error ? error.message : String(error)
}
