// The one place that turns an error into words on stderr and an exit code. Errors a person can act
// on (TributaryError) show their message and hint; anything else is a defect and shows its stack.
import { CommanderError } from '@commander-js/extra-typings'
import { colorsOf } from './colors.ts'
import { ConfigError, type Mistake } from '../config/mistakes.ts'
import { EXIT, TributaryError } from '../ports/errors.ts'

export interface Failure {
  readonly code: string
  readonly message: string
  readonly hint?: string
  /** Of a configuration: every mistake by itself. */
  readonly mistakes?: readonly Mistake[]
  readonly exitCode: number
}

/** null: the command line asked for help or the version, and got it. */
export function toFailure(error: unknown): Failure | null {
  if (error instanceof CommanderError) return usageFailure(error)
  if (error instanceof TributaryError) {
    const { code, message, hint, exitCode } = error
    return {
      code,
      message,
      exitCode,
      ...(hint === undefined ? {} : { hint }),
      ...(error instanceof ConfigError ? { mistakes: error.mistakes } : {}),
    }
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return {
    code: 'TRIBUTARY_UNEXPECTED',
    message,
    hint: 'this is a defect of tributary; please report it with the lines above',
    exitCode: EXIT.unexpected,
  }
}

/** commander's message is `error: …`, with its suggestion on a second line in brackets. */
function usageFailure({ code, exitCode, message }: CommanderError): Failure | null {
  if (exitCode === 0) return null
  if (code === 'commander.help') {
    return { code: 'TRIBUTARY_USAGE', message: 'a command is missing', exitCode: EXIT.usage }
  }
  const [first = '', second] = message.split('\n')
  const hint = second?.replace(/^\((.*)\)$/, '$1')
  return {
    code: 'TRIBUTARY_USAGE',
    message: first.replace(/^error: /, ''),
    exitCode: EXIT.usage,
    ...(hint === undefined ? {} : { hint }),
  }
}

/** The text for stderr: `error: …` and `hint: …`, or one line of JSON. */
export function formatFailure({ exitCode, ...failure }: Failure, json: boolean): string {
  if (json) return `${JSON.stringify({ error: { ...failure, exit_code: exitCode } })}\n`
  const colors = colorsOf(process.stderr)
  const lines = [`${colors.red('error:')} ${failure.message}`]
  if (failure.hint !== undefined) lines.push(`${colors.cyan('hint:')} ${failure.hint}`)
  return `${lines.join('\n')}\n`
}
