import { buildSubgraphSchema } from '@apollo/subgraph'
import { printSchemaWithDirectives } from '@graphql-tools/utils'
import { GraphQLSchema, parse } from 'graphql'
import { buildSchemaSync, createResolversMap } from 'type-graphql'
import type { Product } from '../contracts/model.js'
import type { Problem } from '../problems/problem.js'
import { declareClasses } from './classes.js'
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
}

/** The product's subgraph, from its contracts. Without resolvers it can be printed and composed, not asked. */
export function productGraph<Context>(
  product: Product,
  resolvers?: ProductResolvers<Context>,
  options?: NameOptions,
): ProductGraph {
  const names = graphNames(product, options)
  const plans = productTypes(names, resolvers as ProductResolvers<unknown> | undefined)
  const problems = nameProblems(names, plans)
  if (problems.length > 0) return { schema: new GraphQLSchema({}), sdl: '', problems }

  const declared = inOwnMetadata(() =>
    buildSchemaSync({
      resolvers: declareClasses(plans) as never,
      validate: false,
      // A property may be called `constructor`; what a class has of that name is no default.
      disableInferringDefaultValues: true,
    }),
  )
  const sdl = `${linkOf(plans)}\n\n${printSchemaWithDirectives(declared)}\n`
  const schema = buildSubgraphSchema([
    { typeDefs: parse(sdl), resolvers: { ...createResolversMap(declared), ...answersOf(plans) } as never },
  ])
  return { schema, sdl, problems }
}

/** Imports exactly the directives in use. Those of the fixed API always are. */
function linkOf(plans: TypePlan[]): string {
  const used = new Set(['@shareable'])
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
