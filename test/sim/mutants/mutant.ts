// A planted bug: a mistake that somebody could make, as a change of the source. It exists only
// here, as text, and in a temporary folder while a simulation runs over it: nothing of it can reach
// the build that is shipped.

export interface Patch {
  /** Name below the root of the repository. */
  readonly file: string
  /** Text that stands there exactly once. */
  readonly find: string
  readonly replace: string
}

export interface Mutant {
  readonly name: string
  /** What goes wrong, in a few words. */
  readonly wrong: string
  readonly patches: readonly Patch[]
}

/** The source with the mutant's patches of that file. Throws where one does not apply. */
export function patched(mutant: Mutant, file: string, source: string): string {
  let text = source
  for (const { find, replace } of mutant.patches.filter((patch) => patch.file === file)) {
    const places = text.split(find).length - 1
    if (places !== 1) {
      throw new Error(`${mutant.name}: its text stands ${places} times in ${file}: ${find}`)
    }
    text = text.replace(find, () => replace)
  }
  return text
}

/** The files that the mutant changes. */
export const filesOf = ({ patches }: Mutant): string[] => [
  ...new Set(patches.map(({ file }) => file)),
]
