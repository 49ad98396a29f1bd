// Colours only where a person sees them: on a terminal, and not where NO_COLOR or --no-color
// forbids.
import { isatty } from 'node:tty'
import pc from 'picocolors'

/** picocolors by itself also colours wherever `CI` is set; but output that is piped on is data. */
export const colorsOf = (stream: { readonly fd: number }) =>
  pc.createColors(pc.isColorSupported && isatty(stream.fd))
