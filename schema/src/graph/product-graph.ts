import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { type GraphQLFieldResolver, GraphQLSchema, parse } from 'graphql'
import { buildSchemaSync, createResolversMap } from 'type-graphql'
import type { Product } from '../contracts/model.js'
import type { Problem } from '../problems/problem.js'
import { declareClasses } from './classes.js'
import { type DeclaredExtension, declareExtension, type ExtraField, type LoadedExtension } from './extension.js'
import { inOwnMetadata } from './metadata.js'
import { nameProblems } from './name-problems.js'
import { graphNames, type NameOptions } from './names.js'
import { productTypes } from './product-types.js'
import type { ProductResolvers } from './resolvers.js'
import type { TypePlan } from './type-plan.js'

/** The oldest Federation with everything that is used here (`@policy`). */
const FEDERATION = 'https://specs.apollo.dev/federation/v2.6'

export interface ProductGraph {
  /** Executable; empty where there are problems. */
  schema: GraphQLSchema
  /** Federation 2 subgraph. Empty where there are problems. */
  sdl: string
  problems: Problem[]
  /** What the product's `resolvers.ts` adds. */
  extraFields: ExtraField[]
}

/** The product with what its `resolvers.ts` adds, without it where there are problems. @throws whatever the extension throws. */
export function withExtension(
  product: Product,
  { declare, file }: Pick<LoadedExtension, 'declare' | 'file'>,
): { product: Product; problems: Problem[] } {
  const { extraFields, problems } = productGraph({ ...product, extension: { declare, file, fields: [] } })
  if (problems.length > 0) return { product, problems }
  return { product: { ...product, extension: { declare, file, fields: extraFields } }, problems }
}

/** The product's subgraph, from its contracts. Without resolvers it can be printed and composed, not asked. */
export function productGraph<Context>(
  product: Product,
  resolvers?: ProductResolvers<Context>,
  options?: NameOptions,
): ProductGraph {
  const told = declare(product, resolvers as ProductResolvers<unknown> | undefined, options)
  if (told.problems.length > 0) return nothing(told.problems)
  const { declared, extension, plans, sdl, problems } = told as Declared
  const own = createResolversMap(declared) as Resolvers
  const answers = { ...own, ...answersOf(plans), ...(extension ? extraAnswers(extension, own, plans, resolvers) : {}) }
  const schema = buildSubgraphSchema([{ typeDefs: parse(sdl), resolvers: answers as never }])
  return { schema, sdl, problems, extraFields: extension?.fields ?? [] }
}

/** The same SDL where nothing is to be asked: composing and comparing need no more, and it takes a fraction of the time. */
export function productSdl(product: Product, options?: NameOptions): Pick<ProductGraph, 'sdl' | 'problems'> {
  const { sdl = '', problems } = declare(product, undefined, options)
  return { sdl, problems }
}

interface Declared {
  declared: GraphQLSchema
  extension?: DeclaredExtension
  plans: TypePlan[]
  sdl: string
  problems: Problem[]
}

/** With problems nothing but these. */
function declare(
  product: Product,
  resolvers?: ProductResolvers<unknown>,
  options?: NameOptions,
): Partial<Declared> & Pick<Declared, 'problems'> {
  const names = graphNames(product, options)
  const plans = productTypes(names, resolvers)
  const problems = nameProblems(names, plans)
  if (problems.length > 0) return { problems }
  const { declared, extension } = inOwnMetadata(() => {
    const { roots, declared: classes } = declareClasses(plans)
    const extension = product.extension && declareExtension(names, product.extension, classes, plans)
    if (extension && extension.problems.length > 0) return { extension }
    const declared = buildSchemaSync({
      resolvers: [...roots, ...(extension?.classes ?? [])] as never,
      validate: false,
      // A property may be called `constructor`; what a class has of that name is no default.
      disableInferringDefaultValues: true,
    })
    return { declared, extension }
  })
  if (!declared) return { problems: extension.problems }
  const sdl = `${linkOf(plans, extension !== undefined)}\n\n${printSchemaWithDirectives(declared)}\n`
  return { declared, plans, sdl, problems, ...(extension ? { extension } : {}) }
}

type Resolvers = Record<string, Record<string, unknown>>

const nothing = (problems: Problem[]): ProductGraph => ({
  schema: new GraphQLSchema({}),
  sdl: '',
  problems,
  extraFields: [],
})

/** Code of `resolvers.ts` gets the extension's way of reading as its context, wherever it stands, and never ours. */
function extraAnswers(
  { answered }: DeclaredExtension,
  own: Resolvers,
  plans: TypePlan[],
  resolvers: ProductResolvers<never> | undefined,
): Resolvers {
  const wrapped = (answer: unknown): GraphQLFieldResolver<unknown, unknown> => {
    if (typeof answer !== 'function') throw new TypeError('Expected a resolver of each extra field, found none.')
    return (parent, args, context, info) =>
      answer(parent, args, resolvers?.extension?.(context as never), { ...info, rootValue: undefined })
  }
  const ours = answersOf(plans)
  return Object.fromEntries(
    [...answered].map(([type, fields]) => {
      const extra = Object.entries(own[type] ?? {}).filter(([field]) => fields?.has(field) ?? true)
      return [type, { ...ours[type], ...Object.fromEntries(extra.map(([field, answer]) => [field, wrapped(answer)])) }]
    }),
  )
}

/** Imports exactly the directives in use. Those of the fixed API always are. */
function linkOf(plans: TypePlan[], extended: boolean): string {
  const used = new Set(['@shareable', ...(extended ? ['@policy'] : [])])
  for (const plan of plans) {
    if (plan.kind !== 'object') continue
    for (const directive of [plan, ...plan.fields].flatMap(each => each.directives ?? [])) {
      used.add(directive.slice(0, directive.indexOf('(')))
    }
  }
  return `extend schema @link(url: "${FEDERATION}", import: ${JSON.stringify([...used].sort())})`
}

function answersOf(plans: TypePlan[]): Record<string, Record<string, unknown>> {
  return Object.fromEntries(
    plans.flatMap(plan => {
      if (plan.kind !== 'object' || plan.extends) return []
      const fields = plan.fields.flatMap(field => (field.resolve ? [[field.name, field.resolve]] : []))
      const reference = plan.resolveReference ? [['__resolveReference', plan.resolveReference]] : []
      return [[plan.name, Object.fromEntries([...fields, ...reference])]]
    }),
  )
}
