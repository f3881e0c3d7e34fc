import {
  GraphQLError,
  type GraphQLFieldConfig,
  GraphQLInt,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  GraphQLString,
  isScalarType,
} from 'graphql'
import type { Decided } from '../authorisation/decision-point.js'

/** A product whose publications are announced: `uk-sales`, by `Subscription.ukSalesPublished`. */
export interface Announced {
  product: string
  field: string
}

/** That a publication came into force, as one subscriber may know of it. */
export interface PublicationEvent {
  product: string
  publication: number
  /** ISO 8601. */
  publishedAt?: string
  datasets: string[]
}

/** What fields of `Subscription` resolve: an event, or the reason why there will be no further one. */
export type Told = PublicationEvent | { ended: GraphQLError }

/** What a subscription is run with; graphql-js' `contextValue`. */
export interface SubscriptionContext {
  /** Publications of the product from now on; with `after` also the one in force, where it is newer. */
  publications(announced: Announced, after: number | undefined): Promise<AsyncIterable<Told>>
}

const EVENT = 'DataProductPublished'

/** Every product of which this caller may know, by its field in the graph. */
export function announcedProducts(apiSchema: GraphQLSchema, { policies, decisions }: Decided): Announced[] {
  // A foreign supergraph may use the name.
  if (apiSchema.getType(EVENT)) return []
  const fields = apiSchema.getQueryType()?.getFields() ?? {}
  return [...policies].flatMap(([product, { coordinates }]) => {
    const root = coordinates.map(place => /^Query\.(\w+)$/.exec(place)?.[1]).find(name => name && fields[name])
    return root && decisions.get(product)?.discover ? [{ product, field: `${root}Published` }] : []
  })
}

/**
 * The schema with one subscription per product. No subgraph has them and no plan is made for them: what is published is
 * known to the gateway itself.
 */
export function withSubscriptions(schema: GraphQLSchema, products: Announced[]): GraphQLSchema {
  const present = schema.getSubscriptionType()
  const added = products.filter(({ field }) => !present?.getFields()[field])
  if (added.length === 0) return schema
  const event = eventType(schema)
  const subscription = new GraphQLObjectType({
    name: 'Subscription',
    ...present?.toConfig(),
    fields: {
      ...present?.toConfig().fields,
      ...Object.fromEntries(added.map(one => [one.field, fieldOf(one, event)])),
    },
  })
  const config = schema.toConfig()
  return new GraphQLSchema({ ...config, subscription, types: config.types.filter(type => type !== present) })
}

function fieldOf(
  announced: Announced,
  type: GraphQLObjectType,
): GraphQLFieldConfig<Told, SubscriptionContext, { after?: number | null }> {
  return {
    type,
    description: `Each publication of ${announced.product} as it comes into force, served as an event stream.`,
    args: {
      after: {
        type: GraphQLInt,
        description: 'The last publication that you know of: if a newer one is in force, it is told at once.',
      },
    },
    subscribe: (_, { after }, context) => context.publications(announced, after ?? undefined),
    resolve: told => {
      if ('ended' in told) throw told.ended
      return told
    },
  }
}

function eventType(schema: GraphQLSchema): GraphQLObjectType {
  const known = schema.getType('DateTime')
  const dateTime = isScalarType(known)
    ? known
    : new GraphQLScalarType({ name: 'DateTime', description: 'A moment, ISO 8601 with its offset.' })
  return new GraphQLObjectType({
    name: EVENT,
    description: 'A publication that came into force. Whoever is slow hears of the newest alone.',
    fields: {
      product: { type: GraphQLString },
      publication: { type: GraphQLInt, description: 'To be read with `asOf`, for as long as it is kept.' },
      publishedAt: { type: dateTime },
      datasets: {
        type: new GraphQLList(new GraphQLNonNull(GraphQLString)),
        description: 'What it holds, of what you may know of.',
      },
    },
  })
}
