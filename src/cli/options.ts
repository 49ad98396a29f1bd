// Options that mean the same in every command. Each call makes a fresh one: commander binds them.
import { Option } from '@commander-js/extra-typings'

export const configOption = () =>
  new Option('--config <file>', 'settings from a YAML or JSON file (environment and flags win)')

export const jsonOption = () => new Option('--json', 'print data, and errors, as JSON')

export const quietOption = () => new Option('--quiet', 'no progress and no remarks on stderr')

/** Read by picocolors from the command line itself, as NO_COLOR is from the environment. */
export const noColorOption = () => new Option('--no-color', 'no colours (as with NO_COLOR)')
