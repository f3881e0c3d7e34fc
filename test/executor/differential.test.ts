import * as fc from 'fast-check'
import { parse, validate } from 'graphql'
import { faultOf, same } from './generated/faults.js'
import { oneSchemaOf, oursOf, stockOf } from './generated/gateways.js'
import { type GeneratedMesh, generateMesh } from './generated/mesh.js'
import { type GeneratedQuestion, generateQuestion } from './generated/question.js'
import type { World } from './generated/world.js'

const MESHES = Number(process.env.TERRANE_DIFFERENTIAL_MESHES ?? 200)
const QUESTIONS = 3
/** Of so many supergraphs one is put to Apollo's own executor as well. */
const STOCK_EVERY = Number(process.env.TERRANE_DIFFERENTIAL_STOCK ?? 40)

/** Where stock answers otherwise than one schema would, and why. What is none of these is a fault of the yardstick or ours. */
const STOCK_DIFFERS: [reason: string, applies: (mesh: GeneratedMesh, query: string) => boolean][] = [
  [
    'the name of an interface object takes the place of the name of the type, and the object is lost',
    (_, query) => /\b(extra|things)/.test(query),
  ],
  [
    'a client’s alias that is the name of a key or of a required field is taken for it',
    (_, query) => /\b(id|code|price|f0|c7|dimensions|width|__proto__|constructor|toString): /.test(query),
  ],
  [
    'a mutation under a condition is a fetch of its own: it runs once more, or in another order',
    (_, query) => /^mutation\b[^{]*\{.*\.\.\./.test(query),
  ],
  ['an argument from the context is not given', (_, query) => /\binContext\b/.test(query)],
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

function told(
  { subgraphs }: GeneratedMesh,
  { query, variables }: GeneratedQuestion,
  given: unknown,
  expected: unknown,
) {
  const sdls = [...subgraphs].map(([name, { sdl }]) => `# ${name}\n${sdl}`)
  return [
    `given: ${JSON.stringify(given)}`,
    `one schema: ${JSON.stringify(expected)}`,
    query,
    JSON.stringify(variables),
    ...sdls,
  ].join('\n')
}

// Errors are injected by the thousand, and nobody reads where they were made.
const { stackTraceLimit } = Error
beforeAll(() => {
  Error.stackTraceLimit = 0
})
afterAll(() => {
  Error.stackTraceLimit = stackTraceLimit
})

test('generated supergraphs are answered as one schema over the same data would answer', async () => {
  let compared = 0
  let skipped = 0
  const reasons = new Set<string>()
  let meshes = 0
  await fc.assert(
    fc.asyncProperty(fc.gen(), async gen => {
      const mesh = generateMesh(gen)
      if (!mesh) {
        skipped++
        return
      }
      const ours = await oursOf(mesh)
      const oneSchema = oneSchemaOf(mesh)
      const stock = meshes++ % STOCK_EVERY === 0 ? await stockOf(mesh) : undefined
      for (let index = 0; index < QUESTIONS; index++) {
        const question = generateQuestion(mesh.monolith, gen)
        if (validate(ours.apiSchema, parse(question.query)).length > 0) continue
        mesh.world.changes = 0
        const expected = await oneSchema.ask(question)
        mesh.world.changes = 0
        const given = await ours.ask(question)
        compared++
        const fault = faultOf(given, expected, question.query)
        if (fault) {
          if (!mesh.satisfiable()) {
            skipped++
            return
          }
          throw new Error(`${fault}\n${told(mesh, question, given, expected)}`)
        }
        if (!stock) continue
        mesh.world.changes = 0
        const theirs = await stock.ask(question)
        if (same(theirs.data, expected.data)) continue
        const [reason] = STOCK_DIFFERS.find(([, applies]) => applies(mesh, question.query)) ?? []
        if (!reason) throw new Error(`Stock differs for no known reason\n${told(mesh, question, theirs, expected)}`)
        reasons.add(reason)
      }
    }),
    {
      numRuns: MESHES,
      seed: Number(process.env.TERRANE_DIFFERENTIAL_SEED ?? 1),
      endOnFailure: process.env.TERRANE_DIFFERENTIAL_SHRINK === undefined,
    },
  )
  if (process.env.TERRANE_DIFFERENTIAL_TELLS)
    console.log(JSON.stringify({ compared, skipped, meshes, reasons: reasons.size }))
  expect(compared).toBeGreaterThan((QUESTIONS - 1) * MESHES)
  expect(skipped).toBeLessThan(MESHES / 10)
  // Were stock right everywhere, the generator would have lost what it is for.
  expect(reasons.size).toBeGreaterThan(0)
}, 600_000)
