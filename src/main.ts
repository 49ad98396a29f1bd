#!/usr/bin/env node
// The entry point: runs a command and decides how the process ends. Data goes to stdout, words for
// people to stderr; exit codes are those of src/ports/errors.ts.
import { formatFailure, toFailure } from './cli/failure.ts'
import { createProgram } from './cli/program.ts'
import { EXIT } from './ports/errors.ts'

// A reader that has had enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})

try {
  await createProgram().parseAsync()
} catch (error) {
  const failure = toFailure(error)
  if (failure !== null) {
    process.stderr.write(formatFailure(failure, process.argv.includes('--json')))
    process.exitCode = failure.exitCode
  }
}
