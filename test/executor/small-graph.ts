import { composeServices } from '@apollo/composition'
import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import { buildSubgraphSchema } from '@apollo/subgraph'
import { execute, type GraphQLSchema, parse, print, validate } from 'graphql'
import { planExecutor } from '../../gateway/src/executor/planned.js'
import { Federation } from '../../gateway/src/supergraph/federation.js'
import { withoutEnforcedPurpose } from '../../gateway/src/supergraph/links.js'
import { silent, stockExecutor } from './stock.js'

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable",
  "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])\n`

export interface SmallSubgraph {
  sdl: string
  resolvers: Record<string, unknown>
  /** Instead of its own answer. */
  answer?: (own: () => Promise<unknown>, asked: Asked) => unknown
}

export interface Asked {
  subgraph: string
  query: string
  variables: Record<string, unknown>
}

export interface Answer {
  data?: Record<string, unknown> | null
  errors?: { message: string; path?: (string | number)[]; extensions: Record<string, unknown> }[]
}

/** A few subgraphs in memory, composed and asked through the engine. */
export async function openGraph(
  subgraphs: Record<string, SmallSubgraph>,
  edit = (supergraph: string) => supergraph,
  plans: ConstructorParameters<typeof Federation>[3] = {},
) {
  const asked: Asked[] = []
  const composed = composeServices(
    Object.entries(subgraphs).map(([name, { sdl }]) => ({
      name,
      url: `http://${name}.invalid`,
      typeDefs: parse(FEDERATION + sdl),
    })),
  )
  if (!composed.supergraphSdl) throw new Error(composed.errors?.map(String).join('\n'))
  const source = (name: string, { sdl, resolvers, answer }: SmallSubgraph): GraphQLDataSource => {
    const schema = buildSubgraphSchema({ typeDefs: parse(FEDERATION + sdl), resolvers: resolvers as never })
    return {
      process: async ({ request }) => {
        const one = { subgraph: name, query: request.query!, variables: request.variables ?? {} }
        asked.push(structuredClone(one))
        const own = async () =>
          JSON.parse(
            JSON.stringify(await execute({ schema, document: parse(one.query), variableValues: one.variables })),
          )
        return (answer ? await answer(own, one) : await own()) as never
      },
    }
  }
  const federation = new Federation(
    edit(composed.supergraphSdl),
    ({ name }) => source(name, subgraphs[name]!),
    undefined,
    plans,
  )
  await federation.gateway.load()
  const execute_ = planExecutor(schema => federation.of(schema))
  const requestOf = (
    query: string,
    variables: Record<string, unknown> = {},
    context = {},
    schema: GraphQLSchema = federation.current.apiSchema,
    operationName?: string,
  ) => {
    const document = parse(query)
    const errors = validate(schema, document)
    if (errors.length > 0) throw new Error(errors.map(String).join('\n'))
    const request = { query, variables, ...(operationName === undefined ? {} : { operationName }) }
    return { request, document, queryHash: query, schema, context, metrics: {} } as never
  }
  const ask = async (
    query: string,
    variables: Record<string, unknown> = {},
    context = {},
    operationName?: string,
  ): Promise<Answer> => {
    asked.length = 0
    return JSON.parse(JSON.stringify(await execute_(requestOf(query, variables, context, undefined, operationName))))
  }
  /** The same question to Apollo's own executor, over the same subgraphs. */
  const askStock = async (query: string, variables: Record<string, unknown> = {}): Promise<Answer> => {
    const gateway = new ApolloGateway({
      // Stock refuses what is for the sake of security.
      supergraphSdl: print(withoutEnforcedPurpose(parse(edit(composed.supergraphSdl!)))),
      buildService: ({ name }) => source(name, subgraphs[name]!),
      logger: silent,
    })
    const execute = stockExecutor(gateway)
    const { schema } = await gateway.load()
    asked.length = 0
    return JSON.parse(JSON.stringify(await execute(requestOf(query, variables, {}, schema))))
  }
  const describe = (query: string) => execute_.describe(requestOf(query))
  const planBytes = () => federation.current.memory.bytes
  const replace = (supergraph: string) => federation.replace(supergraph)
  return { ask, askStock, asked, planBytes, replace, describe, supergraph: composed.supergraphSdl }
}
