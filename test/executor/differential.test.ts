import type { GraphQLDataSource } from '@apollo/gateway'
import * as fc from 'fast-check'
import { execute, parse, validate } from 'graphql'
import { planExecutor } from '../../gateway/src/executor/planned.js'
import { stockExecutor } from '../../gateway/src/executor/stock.js'
import { Federation } from '../../gateway/src/supergraph/federation.js'
import { answer, type GeneratedMesh, generateMesh } from './mesh.js'
import { type GeneratedQuestion, generateQuestion } from './question.js'
import { resolveInWorld } from './world.js'

const MESHES = Number(process.env.TERRANE_DIFFERENTIAL_MESHES ?? 80)
const QUESTIONS = 5

const plain = (value: unknown) => JSON.parse(JSON.stringify(value ?? null))

async function gatewaysOf(mesh: GeneratedMesh) {
  const federation = new Federation(
    mesh.supergraphSdl,
    ({ name }): GraphQLDataSource => ({
      process: async ({ request }) => answer(mesh, name, request.query!, request.variables),
    }),
    () => undefined,
  )
  const stock = stockExecutor(federation.gateway)
  const ours = planExecutor(schema => federation.of(schema))
  await federation.gateway.load()
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

/** What stock answers otherwise than one schema would, and why. */
const STOCK_DIFFERS: Record<string, number> = {}

test('generated supergraphs are answered as one schema over the same data would answer', async () => {
  let compared = 0
  let skipped = 0
  let unplanned = 0
  const t: Record<string, number> = {}
  const lap = (k: string, since: number) => {
    t[k] = (t[k] ?? 0) + performance.now() - since
    return performance.now()
  }
  await fc.assert(
    fc.asyncProperty(fc.gen(), async gen => {
      let at = performance.now()
      const mesh = generateMesh(gen)
      at = lap('mesh', at)
      if (!mesh) {
        skipped++
        return
      }
      const { stock, ours, request, apiSchema } = await gatewaysOf(mesh)
      at = lap('load', at)
      for (let index = 0; index < QUESTIONS; index++) {
        const question = generateQuestion(mesh.monolith, gen)
        const document = parse(question.query)
        if (validate(apiSchema, document).length > 0) continue
        at = lap('question', at)
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
        at = lap('oracle', at)
        const given = plain(await ours(request(question)))
        compared++
        at = lap('ours', at)
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
        at = lap('stock', at)
        if (JSON.stringify(theirs.data) !== JSON.stringify(expected.data))
          STOCK_DIFFERS[theirs.threw ?? 'data'] = (STOCK_DIFFERS[theirs.threw ?? 'data'] ?? 0) + 1
      }
    }),
    { numRuns: MESHES, seed: Number(process.env.TERRANE_DIFFERENTIAL_SEED ?? 1), endOnFailure: true },
  )
  process.stdout.write(JSON.stringify({ t, compared, unplanned, skipped, STOCK_DIFFERS }))
  expect(compared).toBeGreaterThan(MESHES)
})
