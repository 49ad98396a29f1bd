// `tributary config`: look at the configuration without starting anything, and write its documents.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { Command } from '@commander-js/extra-typings'
import { ENV_MARK, envExample, settingsTable, withSettingsTable } from '../config/documents.ts'
import { effectiveValues, toTree, toYaml } from '../config/effective.ts'
import { loadConfig } from '../config/load.ts'
import { EXIT, TributaryError } from '../ports/errors.ts'
import { configOption, jsonOption } from './options.ts'

export function configCommand() {
  return new Command('config')
    .description('check and print the configuration, write its documents')
    .addCommand(checkCommand())
    .addCommand(printCommand())
    .addCommand(envCommand())
    .addCommand(tableCommand())
}

function checkCommand() {
  return new Command('check')
    .description('check flags, environment and file; every mistake at once, exit 78')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(({ config, json }) => {
      loadConfig({ file: config })
      process.stdout.write(json ? '{"ok":true}\n' : 'the configuration is in order\n')
    })
}

function printCommand() {
  return new Command('print')
    .description('print what is in force and where it comes from, secrets hidden')
    .addOption(configOption())
    .addOption(jsonOption())
    .action(({ config, json }) => {
      const values = effectiveValues({ file: config })
      process.stdout.write(json ? `${JSON.stringify(toTree(values))}\n` : toYaml(values))
    })
}

const CHECK_HELP = 'compare instead of writing; exit 1 when the file is out of date'

function envCommand() {
  return new Command('env')
    .description('write a file with every variable, its meaning and its default')
    .argument('[file]', 'where to; - for stdout', '.env.example')
    .option('--check', CHECK_HELP)
    .action((file, { check }) => {
      const old = file === '-' || !existsSync(file) ? '' : readFileSync(file, 'utf8')
      if (old !== '' && !old.startsWith(ENV_MARK)) {
        throw new TributaryError('TRIBUTARY_USAGE', `${file} was not written by this command`, {
          hint: 'name another file, or - for stdout',
        })
      }
      publish({ file, check: check === true, old, fresh: envExample() })
    })
}

function tableCommand() {
  return new Command('table')
    .description('write the table of settings into a Markdown file, between its marks')
    .argument('[file]', 'where to; - for stdout', 'src/config/README.md')
    .option('--check', CHECK_HELP)
    .action((file, { check }) => {
      const old = file === '-' || !existsSync(file) ? '' : readFileSync(file, 'utf8')
      const fresh = file === '-' ? `${settingsTable()}\n` : withSettingsTable(old)
      if (fresh === null) {
        throw new TributaryError('TRIBUTARY_USAGE', `${file} has no place for the table`, {
          hint: '`tributary config table -` prints the table with the marks to put there',
        })
      }
      publish({ file, check: check === true, old, fresh })
    })
}

interface Document {
  readonly file: string
  readonly check: boolean
  readonly old: string
  readonly fresh: string
}

function publish({ file, check, old, fresh }: Document): void {
  if (file === '-') process.stdout.write(fresh)
  else if (!check) writeFileSync(file, fresh)
  else if (old !== fresh) {
    process.stderr.write(`${file} is out of date; run the same command without --check\n`)
    process.exitCode = EXIT.unexpected
  }
}
