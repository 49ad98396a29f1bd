// Goals: which actions are conversions. A map name -> { actions, closes, sources, default }, in a
// file as it is, in the environment as JSON. A map that is given replaces the default one as a
// whole; a goal of one of the default names takes what it leaves out from there, any other has its
// name as its action and does not close the path. Money is parsed as events' money is.
import * as z from 'zod'
import { DEFAULT_SETTINGS, REFUND_ACTION, type Goal } from '../core/settings.ts'
import { currencyDigits } from '../schema/currencies.ts'
import { decimalText, parseMinor } from '../schema/money.ts'
import { jsonFromText, key } from './fields.ts'

const error = 'expected text of 1 to 64 characters'
const word = z.string({ error }).regex(/^.{1,64}$/su, { error })
const words = (what: string) =>
  z.array(word, { error: `expected a list of ${what}` }).min(1, `expected at least one of ${what}`)

const money = z
  .strictObject(
    { value: z.unknown(), currency: z.unknown() },
    { error: 'expected { value, currency } or null' },
  )
  .transform(({ value, currency }, context): NonNullable<Goal['default']> => {
    const digits = typeof currency === 'string' ? currencyDigits(currency) : -1
    if (typeof currency !== 'string' || digits === -1) {
      return refuse(context, 'currency', 'expected an ISO 4217 code in capitals')
    }
    const text = decimalText(value)
    if (text === null) return refuse(context, 'value', 'expected a decimal like "12.50"')
    const valueMinor = parseMinor(text, digits)
    if (valueMinor === 'value_digits') {
      return refuse(
        context,
        'value',
        `expected at most ${digits} digits after the point (${currency})`,
      )
    }
    if (valueMinor === 'value_too_large')
      return refuse(context, 'value', 'expected a smaller amount')
    if (valueMinor < 0) return refuse(context, 'value', 'expected an amount that is not negative')
    return { valueMinor, currency }
  })

const FIELDS = 'actions, closes, sources, default'
const goal = z.strictObject(
  {
    actions: words('actions').optional(),
    closes: z.boolean({ error: 'expected true or false' }).optional(),
    sources: z
      .union([z.literal('all'), words('sources')], { error: 'expected all, or a list of sources' })
      .optional(),
    default: money.nullable().optional(),
  },
  { error: `expected a map with any of ${FIELDS}` },
)

const expected = 'expected a map like {purchase: {actions: [purchase], closes: true}}'
const goalMap = z
  .record(word, goal, { error: expected })
  .transform((map) => Object.entries(map).map(([name, given]) => complete(name, given)))
  .transform((all) => all.toSorted(byDefaultThenName))
  .superRefine((all, context) => {
    for (const [path, message] of actionMistakes(all)) {
      context.addIssue({ code: 'custom', path, message })
    }
  })

export const goals = key(z.preprocess(jsonFromText, goalMap), defaultMap(), {
  kind: 'map (JSON in the environment)',
  description:
    'Conversions: actions, whether they close the path, sources that make one (all, or a list), default value. A map given here replaces the default one.',
})

function complete(name: string, given: z.output<typeof goal>): Goal {
  const base = DEFAULT_SETTINGS.goals.find((each) => each.name === name)
  return {
    name,
    actions: [...new Set(given.actions ?? base?.actions ?? [name])],
    closes: given.closes ?? base?.closes ?? false,
    sources: given.sources ?? base?.sources ?? 'all',
    default: given.default ?? base?.default ?? null,
  }
}

/** One order for one set of goals, however they were written: the default ones, then by name. */
function byDefaultThenName(a: Goal, b: Goal): number {
  const rank = (each: Goal) => {
    const index = DEFAULT_SETTINGS.goals.findIndex((known) => known.name === each.name)
    return index === -1 ? DEFAULT_SETTINGS.goals.length : index
  }
  return rank(a) - rank(b) || (a.name < b.name ? -1 : 1)
}

/** An action belongs to one goal, and `refund` to none. */
function* actionMistakes(all: readonly Goal[]): Generator<[path: string[], message: string]> {
  const owner = new Map<string, string>()
  for (const { name, actions } of all) {
    for (const action of actions) {
      const other = owner.get(action)
      if (action === REFUND_ACTION)
        yield [[name, 'actions'], `${REFUND_ACTION} cannot be in a goal`]
      else if (other !== undefined)
        yield [[name, 'actions'], `${action} is already in goal ${other}`]
      owner.set(action, name)
    }
  }
}

function refuse(context: z.RefinementCtx, field: string, message: string): never {
  context.addIssue({ code: 'custom', path: [field], message })
  return z.NEVER
}

/** The default goals as a person would write them. */
function defaultMap(): Record<string, unknown> {
  return Object.fromEntries(
    DEFAULT_SETTINGS.goals.map(({ name, actions, closes }) => [name, { actions, closes }]),
  )
}
