import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isLeafType,
  isListType,
  isNonNullType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  type ValueNode,
  visit,
} from 'graphql'

/** Ceiling of one operation at the gateway: a page of 1000 rows with 90 fields, or four with 20 and a neighbour each. */
export const COST_LIMIT = 100_000
/** At a product: the gateway adds keys to what it fetches, so that there what it let through never fails for them. */
export const PRODUCT_COST_LIMIT = 2 * COST_LIMIT

/** A field with a page size is a query of its own, whatever it finds. */
const QUERY_COST = 10
/**
 * Items of a list that nobody says the size of: foreign subgraphs' lists, introspection, aggregates without `first`. Low,
 * so that it is nesting that is refused and not a question of five levels; what is really read is counted at the product.
 */
const ASSUMED_ITEMS = 5
/** Relay's two and what else is in wide use. */
const SIZE_ARGUMENTS = ['first', 'last', 'limit']

export interface OperationCost {
  /** Values that the answer may hold at most. */
  cost: number
  /** The lists that most of it comes from, outermost first: `continents (50)`, `countries (first: 1000)`. */
  heaviest: string[]
}

/**
 * What an operation may cost, from the question alone: every field is one, an object one more, `__typename` nothing, a
 * page of rows ten for its query, and what stands below a list counts as often as the list may have items: `first`
 * (given, by variable or by default), the representations of `_entities`, else a modest guess. Aliases and fragments
 * add up, alternatives of an abstract type too, and `@skip` and `@include` change nothing.
 */
export function operationCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Readonly<Record<string, unknown>> = {},
): OperationCost {
  const root = schema.getRootType(operation.operation)
  if (!root) return { cost: 0, heaviest: [] }
  return new Costing(schema, document, operation, variables).ofSet(operation.selectionSet, root, undefined)
}

/**
 * The cost of one operation by its variables, worked out anew only for other page sizes: of what a client writes into its
 * variables nothing else counts.
 */
export function operationCosts(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): (variables: Readonly<Record<string, unknown>>) => OperationCost {
  const sizes = sizeVariables(document)
  let known: { key: string; cost: OperationCost } | undefined
  return variables => {
    const key = sizes.length === 0 ? '' : JSON.stringify(sizes.map(name => sizeIn(variables, name)))
    if (known?.key !== key) known = { key, cost: operationCost(schema, document, operation, variables) }
    return known.cost
  }
}

/** Variables that say how large a page is, or what entities there are. */
function sizeVariables(document: DocumentNode): string[] {
  const names = new Set<string>()
  visit(document, {
    Argument: ({ name, value }) => {
      if (value.kind !== Kind.VARIABLE) return
      if (name.value === 'representations' || SIZE_ARGUMENTS.includes(name.value)) names.add(value.name.value)
    },
  })
  return [...names]
}

/** A list counts by its length. */
function sizeIn(variables: Readonly<Record<string, unknown>>, name: string): unknown {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined
  return Array.isArray(value) ? [value.length] : typeof value === 'number' ? String(value) : typeof value
}

/** The refusal, where the cost is above the limit. */
export function tooCostly({ cost, heaviest }: OperationCost, limit: number): GraphQLError | undefined {
  if (cost <= limit) return undefined
  const told = Number.isSafeInteger(cost) ? String(cost) : `more than ${Number.MAX_SAFE_INTEGER}`
  const where = heaviest.length > 0 ? ` Most of it comes from ${heaviest.join(' > ')}.` : ''
  return new GraphQLError(
    `The operation may cost ${told}, and the limit is ${limit}: a field counts once for every row it may be answered ` +
      `for.${where} Ask for smaller pages (\`first\`), fewer levels of lists or fewer fields, or in several operations.`,
    { extensions: { code: 'OPERATION_TOO_COSTLY', cost, limit, heaviest, http: { status: 400 } } },
  )
}

class Costing {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()
  private readonly defaults = new Map<string, ValueNode>()
  /** Of fragments, by name and the size handed down: a fan of fragments costs its sum and takes no time. */
  private readonly known = new Map<string, OperationCost>()

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    operation: OperationDefinitionNode,
    private readonly variables: Readonly<Record<string, unknown>>,
  ) {
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
    for (const { variable, defaultValue } of operation.variableDefinitions ?? [])
      if (defaultValue) this.defaults.set(variable.name.value, defaultValue)
  }

  /** `size`: items of every list right below, which a connection's own argument said. */
  ofSet(set: SelectionSetNode, type: GraphQLNamedType | undefined, size: number | undefined): OperationCost {
    let cost = 0
    let most: OperationCost = { cost: 0, heaviest: [] }
    for (const selection of set.selections) {
      let one: OperationCost
      if (selection.kind === Kind.FIELD) one = this.ofField(selection, type, size)
      else if (selection.kind === Kind.INLINE_FRAGMENT)
        one = this.ofSet(selection.selectionSet, this.narrowed(selection.typeCondition?.name.value, type), size)
      else one = this.ofFragment(selection.name.value, type, size)
      cost += one.cost
      if (one.cost > most.cost) most = one
    }
    return { cost, heaviest: most.heaviest }
  }

  private ofFragment(name: string, type: GraphQLNamedType | undefined, size: number | undefined): OperationCost {
    const fragment = this.fragments.get(name)
    if (!fragment) return { cost: 0, heaviest: [] }
    const key = `${name} ${size}`
    const known = this.known.get(key)
    if (known) return known
    // Circles are for the validation to tell; here they end.
    this.known.set(key, { cost: 0, heaviest: [] })
    const found = this.ofSet(fragment.selectionSet, this.narrowed(fragment.typeCondition.name.value, type), size)
    this.known.set(key, found)
    return found
  }

  private ofField(node: FieldNode, parent: GraphQLNamedType | undefined, size: number | undefined): OperationCost {
    const name = node.name.value
    if (name === '__typename') return { cost: 0, heaviest: [] }
    const field = this.field(parent, name)
    const type = field && getNamedType(field.type)
    if (!node.selectionSet || !type || isLeafType(type)) return { cost: 1, heaviest: [] }
    const lists = listsIn(field.type)
    const own = this.ownSize(node, field)
    const items = lists === 0 ? 1 : (own?.size ?? size ?? ASSUMED_ITEMS) * ASSUMED_ITEMS ** (lists - 1)
    const handedDown = lists === 0 && own ? (own.size ?? ASSUMED_ITEMS) : undefined
    const below = this.ofSet(node.selectionSet, type, handedDown)
    const cost = (own ? QUERY_COST : 0) + 1 + items * (1 + below.cost)
    if (own) return { cost, heaviest: [`${name} (${own.told})`, ...below.heaviest] }
    const isList = lists > 0 && size === undefined
    return { cost, heaviest: isList ? [`${name} (${items})`, ...below.heaviest] : below.heaviest }
  }

  /** Undefined where the field takes no size; `size` undefined where neither the question nor a default says it. */
  private ownSize(
    node: FieldNode,
    field: GraphQLField<unknown, unknown>,
  ): { size: number | undefined; told: string } | undefined {
    if (field.name === '_entities') {
      const given = this.valueOf(node, 'representations')
      const size = Array.isArray(given) ? given.length : 1
      return { size, told: `${size} representations` }
    }
    const sized = field.args.filter(({ name }) => SIZE_ARGUMENTS.includes(name))
    if (sized.length === 0) return undefined
    for (const { name } of sized) {
      const given = this.valueOf(node, name)
      if (typeof given === 'number') return { size: Math.max(0, given), told: `${name}: ${given}` }
    }
    for (const { name, defaultValue } of sized) {
      if (typeof defaultValue === 'number') return { size: defaultValue, told: `${name}: ${defaultValue} by default` }
    }
    return { size: undefined, told: 'without a size' }
  }

  private valueOf(node: FieldNode, argument: string): unknown {
    const given = node.arguments?.find(({ name }) => name.value === argument)?.value
    if (given?.kind !== Kind.VARIABLE) return plain(given)
    const name = given.name.value
    return Object.hasOwn(this.variables, name) ? this.variables[name] : plain(this.defaults.get(name))
  }

  private field(parent: GraphQLNamedType | undefined, name: string): GraphQLField<unknown, unknown> | undefined {
    if (parent === this.schema.getQueryType()) {
      if (name === SchemaMetaFieldDef.name) return SchemaMetaFieldDef
      if (name === TypeMetaFieldDef.name) return TypeMetaFieldDef
    }
    if (!parent || !('getFields' in parent)) return undefined
    const fields = parent.getFields()
    return Object.hasOwn(fields, name) ? (fields[name] as GraphQLField<unknown, unknown>) : undefined
  }

  private narrowed(condition: string | undefined, type: GraphQLNamedType | undefined): GraphQLNamedType | undefined {
    return condition === undefined ? type : (this.schema.getType(condition) ?? undefined)
  }
}

/** Whole numbers, and lists by their length; nothing else is asked for. */
function plain(value: ValueNode | undefined): unknown {
  if (value?.kind === Kind.INT) return Number(value.value)
  return value?.kind === Kind.LIST ? value.values : undefined
}

function listsIn(type: GraphQLOutputType): number {
  if (isNonNullType(type)) return listsIn(type.ofType)
  return isListType(type) ? 1 + listsIn(type.ofType) : 0
}
