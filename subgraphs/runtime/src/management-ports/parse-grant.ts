import {
  type Action,
  type Condition,
  type Dataset,
  type ExtraField,
  type Grant,
  type Mask,
  type Problem,
  type Product,
  parseCondition,
  parseMask,
  problem,
} from '@terrane/schema'

/** What a grant says; who gave it when is added by whoever stores it. */
export type GrantTerms = Omit<Grant, 'id' | 'origin' | 'by' | 'at'>

const ACTIONS: Action[] = ['read', 'discover', 'control', 'observe']
const OF_PRODUCT: Action[] = ['control', 'observe']
const MEMBERS = [
  ...['effect', 'subject', 'actions', 'dataset', 'properties', 'classifications', 'rowFilter', 'masks'],
  ...['from', 'until', 'reason'],
]
/** Characters of a subject, as the stores keep it. */
const LONGEST_SUBJECT = 191
const LONGEST_REASON = 2000

/**
 * A grant as people write it (GrantInput). Whatever it says that the product does not know makes it none at all: half a
 * grant may allow more, and half a denial deny less, than was meant. Null counts as not said.
 */
export function parseGrant(product: Product, input: unknown): { grant?: GrantTerms; problems: Problem[] } {
  const problems: Problem[] = []
  const refuse = (what: string, expected: string): undefined => {
    problems.push(problem('GRANT_MALFORMED', { what, expected }))
  }
  if (!isRecord(input)) {
    refuse('the whole', 'an object with subject, actions and dataset')
    return { problems }
  }
  const given = Object.fromEntries(Object.entries(input).filter(([, value]) => value !== null && value !== undefined))
  for (const name of Object.keys(given)) if (!MEMBERS.includes(name)) refuse(quoted(name), MEMBERS.join(', '))

  const effect = effectOf(given.effect, refuse)
  const subject = subjectOf(given.subject, refuse)
  const actions = actionsOf(given.actions, refuse)
  const datasets = product.datasets.filter(({ name }) => given.dataset === '*' || given.dataset === name)
  if (datasets.length === 0) {
    refuse(`the dataset ${quoted(given.dataset)}`, [...product.datasets.map(({ name }) => name), '*'].join(', '))
  }
  const properties = propertiesOf(given.properties, datasets, product.extension?.fields ?? [], refuse)
  const classifications = classificationsOf(given.classifications, datasets, refuse)
  const { rowFilter, problems: ofFilter } = rowFilterOf(given.rowFilter, datasets)
  const { masks, problems: ofMasks } = masksOf(given.masks, datasets, refuse)
  problems.push(...ofFilter, ...ofMasks)
  const from = timeOf('from', given.from, refuse)
  const until = timeOf('until', given.until, refuse)
  if (from !== undefined && until !== undefined && from >= until) refuse('until', 'a time after from')
  const reason = given.reason
  if (reason !== undefined && (typeof reason !== 'string' || reason.length > LONGEST_REASON))
    refuse('the reason', `a text of at most ${LONGEST_REASON} characters`)

  if (effect === 'deny' && given.masks !== undefined)
    refuse('a mask', 'no mask in a denial: what is denied is not shown')
  const narrowed = ['properties', 'classifications', 'rowFilter', 'masks'].some(name => given[name] !== undefined)
  if (actions?.some(action => OF_PRODUCT.includes(action)) && (given.dataset !== '*' || narrowed))
    refuse('control or observe', 'the dataset * and nothing narrower: both are of the product as a whole')
  if (problems.length > 0 || !effect || subject === undefined || !actions) return { problems }
  return {
    problems,
    grant: {
      effect,
      subject,
      actions,
      dataset: given.dataset as string,
      ...(properties ? { properties } : {}),
      ...(classifications ? { classifications } : {}),
      ...(rowFilter ? { rowFilter } : {}),
      ...(masks ? { masks } : {}),
      ...(from === undefined ? {} : { from }),
      ...(until === undefined ? {} : { until }),
      ...(typeof reason === 'string' ? { reason } : {}),
    },
  }
}

type Refuse = (what: string, expected: string) => undefined

function effectOf(given: unknown, refuse: Refuse): Grant['effect'] | undefined {
  const effect = given === undefined ? 'allow' : String(given).toLowerCase()
  return effect === 'allow' || effect === 'deny' ? effect : refuse(`the effect ${quoted(given)}`, 'allow or deny')
}

function subjectOf(given: unknown, refuse: Refuse): string | undefined {
  const known = typeof given === 'string' && /^((user|role|product):\S(.*\S)?|\*)$/.test(given)
  if (known && given.length <= LONGEST_SUBJECT) return given
  return refuse(
    `the subject ${quoted(given)}`,
    `user:…, role:…, product:… or *, of at most ${LONGEST_SUBJECT} characters`,
  )
}

function actionsOf(given: unknown, refuse: Refuse): Action[] | undefined {
  const actions = textsOf(given)?.map(action => action.toLowerCase() as Action)
  return actions?.length && actions.every(action => ACTIONS.includes(action))
    ? [...new Set(actions)]
    : refuse('the actions', `some of ${ACTIONS.join(', ')}`)
}

function propertiesOf(
  given: unknown,
  datasets: Dataset[],
  extra: readonly ExtraField[],
  refuse: Refuse,
): string[] | undefined {
  if (given === undefined) return undefined
  const names = textsOf(given)
  // A denial of no property at all would deny nothing.
  if (!names?.length) return refuse('the list of properties', 'names of properties, or no list for all of them')
  for (const name of names) {
    const known = (dataset: Dataset) =>
      propertyOf(dataset, name) || extra.some(field => field.dataset === dataset.name && field.property === name)
    if (!datasets.some(known))
      refuse(`the property ${quoted(name)}`, 'a property of the dataset, by its name in the contract')
  }
  return names
}

function classificationsOf(given: unknown, datasets: Dataset[], refuse: Refuse): string[] | undefined {
  if (given === undefined) return undefined
  const used = new Set(datasets.flatMap(dataset => dataset.properties.map(({ classification }) => classification)))
  const names = textsOf(given)
  const expected = `some of ${[...used].filter(name => name !== undefined).join(', ')}`
  if (!names?.length) return refuse('the list of classifications', expected)
  for (const name of names) if (!used.has(name)) refuse(`the classification ${quoted(name)}`, expected)
  return names
}

/** Over all datasets a row filter must make sense in each of them. */
function rowFilterOf(given: unknown, datasets: Dataset[]): { rowFilter?: Condition; problems: Problem[] } {
  if (given === undefined) return { problems: [] }
  const parsed = datasets.map(dataset => parseCondition(dataset, given))
  const rowFilter = parsed[0]?.condition
  return { ...(rowFilter ? { rowFilter } : {}), problems: parsed.flatMap(({ problems }) => problems) }
}

function masksOf(
  given: unknown,
  datasets: Dataset[],
  refuse: Refuse,
): { masks?: Record<string, Mask>; problems: Problem[] } {
  if (given === undefined) return { problems: [] }
  if (!isRecord(given) || Object.keys(given).length === 0) {
    refuse('the masks', 'an object of property and mask')
    return { problems: [] }
  }
  const masks = new Map<string, Mask>()
  const problems: Problem[] = []
  for (const [name, input] of Object.entries(given)) {
    const of = datasets.filter(dataset => propertyOf(dataset, name))
    if (of.length === 0) refuse(`the mask of ${quoted(name)}`, 'a property of the dataset, by its name in the contract')
    // A key is governed by its dataset's grant alone; a mask on it would not be obeyed.
    if (of.some(dataset => dataset.primaryKey.includes(name)))
      refuse(`the mask of ${quoted(name)}`, 'a property that is no primary key')
    const parsed = parseMask(name, input)
    problems.push(...parsed.problems)
    if (parsed.mask) masks.set(name, parsed.mask)
  }
  return { masks: Object.fromEntries(masks), problems }
}

/** RFC 3339, or a day: its first moment in UTC. A time of day without an offset would depend on who reads it. */
function timeOf(name: string, given: unknown, refuse: Refuse): string | undefined {
  if (given === undefined) return undefined
  const known =
    typeof given === 'string' && /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d))?$/i.test(given)
  const time = known ? Date.parse(given) : Number.NaN
  return Number.isNaN(time)
    ? refuse(`${name} ${quoted(given)}`, 'a time with its offset, 2026-01-31T09:30:00Z, or a day')
    : new Date(time).toISOString()
}

const propertyOf = (dataset: Dataset, name: string) => dataset.properties.find(property => property.name === name)
const textsOf = (given: unknown) =>
  Array.isArray(given) && given.every(item => typeof item === 'string') ? (given as string[]) : undefined
const quoted = (given: unknown) => (JSON.stringify(given) ?? 'that is missing').slice(0, LONGEST_SUBJECT)
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
