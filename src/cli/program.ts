// The command line as a whole: which commands exist, and what they share. Commands are built here
// and know nothing of each other; errors leave as exceptions, so that main decides how the process
// ends.
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { adminCommand } from './admin.ts'
import { auditCommand } from './audit.ts'
import { checkCommand } from './check.ts'
import { configCommand } from './config.ts'
import { demoCommand } from './demo.ts'
import { doctorCommand } from './doctor.ts'
import { generateCommand } from './generate.ts'
import { journeyCommand } from './journey.ts'
import { migrateCommand } from './migrate.ts'
import { noColorOption } from './options.ts'
import { replayCommand } from './replay.ts'
import { reportCommand } from './report.ts'
import { runCommand } from './run.ts'
import { sqlCommand } from './sql.ts'
import { tickCommand } from './tick.ts'
import { packageVersion, versionCommand } from './version.ts'

export function createProgram(): CommandUnknownOpts {
  const program = new Command('tributary')
    .description('Streaming marketing attribution in exact integers.')
    .version(packageVersion(), '-V, --version')
    .exitOverride()
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ sortSubcommands: false })
  const commands: CommandUnknownOpts[] = [
    runCommand(),
    replayCommand(),
    demoCommand(),
    generateCommand(),
    migrateCommand(),
    tickCommand(),
    checkCommand(),
    journeyCommand(),
    sqlCommand(),
    reportCommand(),
    adminCommand(),
    auditCommand(),
    doctorCommand(),
    configCommand(),
    versionCommand(),
  ]
  for (const command of commands) {
    inherit(command, program)
    program.addCommand(command)
  }
  return program
}

/** Errors as exceptions and `--no-color` all the way down: addCommand does not hand settings on. */
function inherit(command: CommandUnknownOpts, parent: CommandUnknownOpts): void {
  command.copyInheritedSettings(parent)
  if (command.commands.length === 0) command.addOption(noColorOption())
  for (const inner of command.commands) inherit(inner, command)
}
