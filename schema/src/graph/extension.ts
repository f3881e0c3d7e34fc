import { Directive, getMetadataStorage } from 'type-graphql'
import type { Dataset, Product, Row, Value } from '../contracts/model.js'
import { type Problem, problem } from '../problems/problem.js'
import type { GraphNames } from './names.js'
import { policyDirective, requiredPolicy } from './policy-keys.js'
import type { AggregateArguments, AggregateRow, OrderBy } from './resolvers.js'
import type { TypePlan } from './type-plan.js'

// biome-ignore lint/suspicious/noExplicitAny: classes of any shape are decorated
export type Class = abstract new (...args: any[]) => object

/**
 * What a product's `resolvers.ts` exports by default. It is called for each build of the graph with the classes of the
 * product's own types (`UkSales`, `UkSalesOrder`), and gives resolver classes with a `@FieldResolver` for each extra
 * field. Everything is decorated inside of it, so that it belongs to that build alone.
 */
export type ProductExtension = (graph: { types: Record<string, Class> }) => Class[]

/** Who may read an extra field. Without any of it: whoever may read all of its dataset, or is granted it by name. */
export interface Governance {
  /** Of a field of the product's root: the dataset it counts as part of. Fields of rows belong to theirs. */
  dataset?: string
  /** One that the dataset's contract uses. */
  classification?: string
  /** Instead: as this property of the dataset, where that is read plainly. */
  like?: string
  /** Properties that the parent row must hold, as far as the caller may read them. */
  needs?: string[]
}

/** What an extra field's method gets as `@Ctx()`: reading as the caller may, and no other way to data. */
export interface ExtensionContext {
  caller: { subject: string; authenticated: boolean; roles: readonly string[] }
  /** Rows by the contract's names; `where` as in a row filter, `{flag: {eq: 'GB'}}`. Properties: all that may be read. */
  rows(dataset: string, question?: RowsQuestion): Promise<Row[]>
  /** By primary key, batched. */
  row(dataset: string, key: Value[], properties?: string[]): Promise<Row | null>
  aggregate(dataset: string, question: AggregateArguments): Promise<AggregateRow[]>
}
export interface RowsQuestion {
  where?: Record<string, unknown>
  orderBy?: OrderBy[]
  first?: number
  properties?: string[]
}

/** A field that `resolvers.ts` adds, as the policy and the graph see it. */
export interface ExtraField {
  type: string
  field: string
  dataset: string
  /** Its name in policies: the field's own, or the property's that it is governed like. */
  property: string
  /** Undefined where it is governed like a property of the contract. */
  own?: { classification?: string }
  needs: string[]
}

const governances = new WeakMap<object, Map<string, Governance>>()

/** Stands on an extra field's method, beside `@FieldResolver`. */
export function Governed(governance: Governance) {
  return (prototype: object, method: string | symbol): void => {
    const known = governances.get(prototype) ?? new Map<string, Governance>()
    governances.set(prototype, known.set(String(method), governance))
  }
}

/** A product's `resolvers.ts`, loaded. */
export interface LoadedExtension {
  declare: ProductExtension
  /** For problems: `resolvers.ts`. */
  file: string
  /** Known once it was declared for the first time. */
  fields: ExtraField[]
}

/** What an extension declared, in the metadata at hand. */
export interface DeclaredExtension {
  classes: Class[]
  /** Types whose fields an extension's own code answers: those fields; undefined for all of them. */
  answered: Map<string, Set<string> | undefined>
  fields: ExtraField[]
  problems: Problem[]
}

/**
 * Calls an extension and reads from TypeGraphQL's metadata what it decorated. It may add nullable fields to the product's
 * root and rows, and types of its own below them; anything else would be a way around what contracts say.
 */
export function declareExtension(
  graph: GraphNames,
  { declare, file }: LoadedExtension,
  planned: ReadonlyMap<string, object>,
  plans: readonly TypePlan[],
): DeclaredExtension {
  const storage = getMetadataStorage()
  const before = { types: new Set(storage.objectTypes), fields: new Set(storage.fields) }
  const extensible = [graph.type, ...graph.datasets.map(({ types }) => types.row)]
  const types = typesToExtend(new Map(extensible.map(name => [name, planned.get(name) as Class])))
  const classes = declare({ types })
  const declared: DeclaredExtension = { classes, answered: new Map(), fields: [], problems: [] }
  const refuse = (what: string, why: string) => {
    declared.problems.push(problem('RESOLVERS_NOT_ALLOWED', { what, why }, { file }))
  }
  if (!Array.isArray(classes) || !classes.every(each => typeof each === 'function')) {
    refuse('The default export', 'does not give a list of resolver classes')
    return { ...declared, classes: [] }
  }
  const mine = (target: unknown) => (classes as unknown[]).includes(target)
  const nameOf = new Map([...planned].map(([name, made]) => [made, name]))
  for (const root of [...storage.queries, ...storage.mutations, ...storage.subscriptions]) {
    if (mine(root.target)) refuse(root.schemaName, `is a root field; add fields to ${graph.type} instead`)
  }
  for (const { target, schemaName } of storage.fields.filter(field => !before.fields.has(field))) {
    const type = nameOf.get(target)
    if (type) refuse(`${type}.${schemaName}`, 'is declared by @Field; use @FieldResolver in a resolver class')
  }
  for (const { target, name } of storage.objectTypes.filter(type => !before.types.has(type))) {
    declared.answered.set(name, undefined)
    if (!name.startsWith(graph.type) || planned.has(name))
      refuse(`The type ${name}`, `must begin with ${graph.type} and have a name of its own`)
    if (storage.classDirectives.some(each => each.target === target))
      refuse(`The type ${name}`, 'may carry no directives')
  }
  for (const resolver of storage.fieldResolvers.filter(({ target }) => mine(target))) {
    const of = storage.resolverClasses.find(({ target }) => target === resolver.target)?.getObjectType()
    const type = nameOf.get(of as object)
    if (type === undefined) continue // of a type of its own, which only an extra field leads to
    const { schemaName: field, methodName: method } = resolver
    const prototype = resolver.target.prototype as object
    const governance = governances.get(prototype)?.get(method) ?? {}
    const plan = plans.find(each => each.name === type)
    const taken = plan?.kind === 'object' && plan.fields.some(each => each.name === field)
    const dataset =
      graph.byType(type)?.dataset ?? graph.product.datasets.find(({ name }) => name === governance.dataset)
    const nullable = resolver.typeOptions?.nullable
    const wrong = !extensible.includes(type)
      ? `stands on a type that cannot be added to; ${extensible.join(', ')} can`
      : taken
        ? 'is there already'
        : nullable !== true && nullable !== 'itemsAndList'
          ? 'must be nullable: what a caller may not read is null'
          : nameOf.has(resolver.getType?.() as object)
            ? "gives one of the product's own types; give scalars or a type of resolvers.ts"
            : problemOf(dataset, field, governance)
    if (wrong !== undefined || !dataset) {
      refuse(`${type}.${field}`, wrong ?? '')
      continue
    }
    declared.answered.set(type, (declared.answered.get(type) ?? new Set()).add(field))
    const { like, classification, needs = [] } = governance
    const own = like === undefined ? { own: classification === undefined ? {} : { classification } } : {}
    const extra: ExtraField = { type, field, dataset: dataset.name, property: like ?? field, needs, ...own }
    declared.fields.push(extra)
    for (const directive of directivesOf(graph.product, dataset, extra)) Directive(directive)(prototype, method)
  }
  return declared
}

/** A name that is none is told where it is written. */
function typesToExtend(classes: ReadonlyMap<string, Class>): Record<string, Class> {
  return new Proxy(Object.fromEntries(classes), {
    get(known, name) {
      if (typeof name === 'symbol' || Object.hasOwn(known, name)) return known[name as string]
      throw new TypeError(`There is no type ${name} to add fields to; there are ${[...classes.keys()].join(', ')}`)
    },
  })
}

function problemOf(dataset: Dataset | undefined, field: string, governance: Governance): string | undefined {
  if (!dataset)
    return 'does not say of which dataset it is part, so nobody could be granted it: add @Governed({ dataset: … })'
  const { dataset: given, like, classification, needs = [] } = governance
  const names = dataset.properties.map(({ name }) => name)
  if (given !== undefined && given !== dataset.name) return `is part of ${dataset.name}, not of ${given}`
  const unknown = [...needs, ...(like === undefined ? [] : [like])].find(name => !names.includes(name))
  if (unknown !== undefined) return `names ${unknown}, which ${dataset.name} does not have`
  if (like === undefined && names.includes(field)) return `has the name of a property of ${dataset.name}`
  const used = dataset.properties.map(property => property.classification)
  if (classification !== undefined && !used.includes(classification))
    return `is classified ${classification}, which no property of ${dataset.name} is`
  return undefined
}

/** The gateway decides by what the field carries. */
function directivesOf(product: Product, dataset: Dataset, { property, own }: ExtraField): string[] {
  const governing = own ? { name: property, ...own } : dataset.properties.find(({ name }) => name === property)!
  return policyDirective(requiredPolicy(product, dataset, governing), requiredPolicy(product, dataset))
}
