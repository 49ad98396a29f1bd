// From a plan that fails to a small one that still does: faults first, since fewer of them say
// more, then records, then whatever else can be simpler, then faults once more. Of what is then
// left no single fault can be left out, unless the bound came first.

/** The parts of a plan that may be left out. */
export interface Lists {
  readonly records: readonly unknown[]
  readonly faults: readonly unknown[]
}

export interface ShrinkOptions<P> {
  /** Whether the plan, or a smaller one, still fails. */
  readonly fails: (plan: P) => Promise<boolean>
  /** Asked before every try; true: what has been found by then must do. */
  readonly isOver: () => boolean
}

/** A plan made simpler in one way. */
export type Simpler<P> = (plan: P) => P

export async function shrink<P extends Lists>(
  plan: P,
  options: ShrinkOptions<P>,
  simpler: readonly Simpler<P>[] = [],
): Promise<P> {
  let smallest = await shrinkList(plan, 'faults', options)
  smallest = await shrinkList(smallest, 'records', options)
  for (const make of simpler) {
    const tried = make(smallest)
    if (!options.isOver() && (await options.fails(tried))) smallest = tried
  }
  return shrinkList(smallest, 'faults', options)
}

async function shrinkList<P extends Lists>(
  plan: P,
  name: keyof Lists,
  { fails, isOver }: ShrinkOptions<P>,
): Promise<P> {
  const list = await fewest<unknown>(plan[name], {
    fails: (kept) => fails({ ...plan, [name]: kept }),
    isOver,
  })
  return { ...plan, [name]: list }
}

/** Leaves out ever smaller pieces, down to single items, as long as what is left fails (ddmin). */
async function fewest<T>(
  items: readonly T[],
  { fails, isOver }: ShrinkOptions<readonly T[]>,
): Promise<readonly T[]> {
  let kept = items
  for (let size = kept.length; size > 0;) {
    let isSmaller = false
    for (let at = 0; at < kept.length;) {
      if (isOver()) return kept
      const tried = [...kept.slice(0, at), ...kept.slice(at + size)]
      if (await fails(tried)) {
        kept = tried
        isSmaller = true
      } else at += size
    }
    if (size > 1) size = Math.ceil(size / 2)
    else if (!isSmaller) break
  }
  return kept
}
