import { ApolloGateway, type GraphQLDataSource } from '@apollo/gateway'
import * as fc from 'fast-check'
import { execute, parse, validate } from 'graphql'
import { planExecutor } from '../../gateway/src/executor/planned.js'
import { stockExecutor } from '../../gateway/src/executor/stock.js'
import { Federation } from '../../gateway/src/supergraph/federation.js'
import { answer, type GeneratedMesh, generateMesh } from './mesh.js'
import { type GeneratedQuestion, generateQuestion } from './question.js'
import { resolveInWorld, type World } from './world.js'

const MESHES = Number(process.env.TERRANE_DIFFERENTIAL_MESHES ?? 60)
const QUESTIONS = 5

const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))

const nothing = () => undefined
const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing }

async function gatewaysOf(mesh: GeneratedMesh) {
  const buildService = ({ name }: { name: string }): GraphQLDataSource => ({
    process: async ({ request }) => answer(mesh, name, request.query!, request.variables),
  })
  const federation = new Federation(mesh.supergraphSdl, buildService)
  const yardstick = new ApolloGateway({ supergraphSdl: mesh.supergraphSdl, buildService, logger: silent })
  const stock = stockExecutor(yardstick)
  const ours = planExecutor(schema => federation.of(schema))
  await Promise.all([federation.load(), yardstick.load()])
  const request = ({ query, variables }: GeneratedQuestion) =>
    ({
      request: { query, variables },
      document: parse(query),
      queryHash: query,
      schema: federation.current.apiSchema,
      context: {},
      cache: undefined,
      metrics: {},
    }) as never
  return { stock, ours, request, apiSchema: federation.current.apiSchema }
}

/** Where stock answers otherwise than one schema would, and why. What is none of these is a fault of the yardstick or ours. */
const STOCK_DIFFERS: [reason: string, applies: (mesh: GeneratedMesh, query: string) => boolean][] = [
  [
    'the name of an interface object takes the place of the name of the type, and the object is lost',
    (_, query) => /\b(extra|things)/.test(query),
  ],
  [
    'a required field with arguments is the client’s own field with others',
    ({ world }, query) => computedIn(world, query).some(of => of.some(one => one.startsWith('price'))),
  ],
  [
    'a requirement that was skipped or failed costs all that is fetched beside it',
    ({ world }, query) => computedIn(world, query).length > 0,
  ],
]

function computedIn({ entities }: World, query: string): string[][] {
  return entities.flatMap(({ fields }) =>
    Object.entries(fields).flatMap(([name, model]) =>
      model.kind === 'computed' && new RegExp(`\\b${name}\\b`).test(query) ? [model.of] : [],
    ),
  )
}

test('generated supergraphs are answered as one schema over the same data would answer', async () => {
  let compared = 0
  let skipped = 0
  const reasons = new Set<string>()
  let unplanned = 0
  await fc.assert(
    fc.asyncProperty(fc.gen(), async gen => {
      const mesh = generateMesh(gen)
      if (!mesh) {
        skipped++
        return
      }
      const { stock, ours, request, apiSchema } = await gatewaysOf(mesh)
      for (let index = 0; index < QUESTIONS; index++) {
        const question = generateQuestion(mesh.monolith, gen)
        const document = parse(question.query)
        if (validate(apiSchema, document).length > 0) continue
        const expected = plain(
          await execute({
            schema: mesh.monolith,
            document,
            variableValues: question.variables,
            contextValue: mesh.world,
            fieldResolver: resolveInWorld,
            rootValue: {},
          }),
        )
        const given = plain(await ours(request(question)))
        compared++
        const told = () =>
          `${JSON.stringify(given.errors)}\n${question.query}\n${JSON.stringify(question.variables)}\n${[...mesh.subgraphs].map(([name, { sdl }]) => `# ${name}\n${sdl}`).join('\n')}`
        // Requirements of requirements of two subgraphs, of which the planner makes one fetch: errors, of computed fields.
        if (given.errors?.some(({ message }: Error) => /^No subgraph answered for field \w+\.c\d/.test(message))) {
          unplanned++
          continue
        }
        if (JSON.stringify(given.data) !== JSON.stringify(expected.data))
          throw new Error(
            `ours: ${JSON.stringify(given.data)}\none schema: ${JSON.stringify(expected.data)}\n${told()}`,
          )
        if (expected.errors && !given.errors) throw new Error(`A loss without an error\n${told()}`)
        const theirs = plain(await stock(request(question)).catch(error => ({ threw: String(error) })))
        if (JSON.stringify(theirs.data) === JSON.stringify(expected.data)) continue
        const [reason] = STOCK_DIFFERS.find(([, applies]) => applies(mesh, question.query)) ?? []
        if (!reason) throw new Error(`stock, for no known reason: ${JSON.stringify(theirs)}\n${told()}`)
        reasons.add(reason)
      }
    }),
    { numRuns: MESHES, seed: Number(process.env.TERRANE_DIFFERENTIAL_SEED ?? 1), endOnFailure: true },
  )
  expect(compared).toBeGreaterThan(3 * MESHES)
  expect(unplanned).toBeLessThan(compared / 20)
  expect(skipped).toBeLessThan(MESHES / 10)
  // Were stock right everywhere, the generator would have lost what it is for.
  expect(reasons.size).toBeGreaterThan(0)
}, 600_000)
