import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import { type ExecutionResult, execute, type GraphQLSchema, parse, print } from 'graphql'
import { planInThisThread } from '../../../gateway/src/executor/plan/plan-in-this-thread.js'
import { planExecutor } from '../../../gateway/src/executor/planned.js'
import { Federation } from '../../../gateway/src/supergraph/federation.js'
import { withoutEnforcedPurpose } from '../../../gateway/src/supergraph/links.js'
import { silent, stockExecutor } from '../stock.js'
import { answer, type GeneratedMesh } from './mesh.js'
import type { GeneratedQuestion } from './question.js'
import { resolveInWorld } from './world.js'

/** Who answers questions to a mesh. */
export interface Gateway {
  apiSchema: GraphQLSchema
  ask(question: GeneratedQuestion): Promise<ExecutionResult>
}

/** As JSON, which is what clients get. */
const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))

const threw = (error: unknown): ExecutionResult => ({ data: { threw: String(error) } })

export async function oursOf(mesh: GeneratedMesh): Promise<Gateway> {
  // What was composed here needs no check, as in the product.
  const openPlanner = (sdl: string) => planInThisThread({ sdl, validate: false })
  const federation = new Federation(mesh.supergraphSdl, buildServiceOf(mesh), openPlanner)
  await federation.load()
  const { apiSchema } = federation.current
  const execute = planExecutor(schema => federation.of(schema))
  return { apiSchema, ask: async question => plain(await execute(requestOf(question, apiSchema)).catch(threw)) }
}

/** Apollo's own executor. */
export async function stockOf(mesh: GeneratedMesh): Promise<Gateway> {
  const gateway = new ApolloGateway({
    supergraphSdl: print(withoutEnforcedPurpose(parse(mesh.supergraphSdl))),
    buildService: buildServiceOf(mesh),
    logger: silent,
    // As ours: what is compared is not how long it looks for a plan.
    queryPlannerConfig: { debug: { maxEvaluatedPlans: 500 } },
  })
  const execute = stockExecutor(gateway)
  const { schema } = await gateway.load()
  return {
    apiSchema: schema,
    ask: async question => {
      // What is moved by halves is on one side, so that the same question has the same answer.
      const { random } = Math
      Math.random = () => 0.25
      try {
        return plain(await execute(requestOf(question, schema)).catch(threw))
      } finally {
        Math.random = random
      }
    },
  }
}

/** The oracle: one schema over the same data. */
export function oneSchemaOf({ monolith, world }: GeneratedMesh): Gateway {
  return {
    apiSchema: monolith,
    ask: async ({ query, variables }) =>
      plain(
        await execute({
          schema: monolith,
          document: parse(query),
          variableValues: variables,
          contextValue: world,
          fieldResolver: resolveInWorld,
          rootValue: {},
        }),
      ),
  }
}

const buildServiceOf =
  (mesh: GeneratedMesh) =>
  ({ name }: { name: string }): GraphQLDataSource => ({
    process: async ({ request }) => answer(mesh, name, request.query!, request.variables),
  })

const requestOf = ({ query, variables }: GeneratedQuestion, schema: GraphQLSchema) =>
  ({
    request: { query, variables },
    document: parse(query),
    queryHash: query,
    schema,
    context: {},
    cache: undefined,
    metrics: {},
  }) as never
