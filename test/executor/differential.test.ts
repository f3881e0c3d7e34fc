import * as fc from 'fast-check'
import { parse, validate } from 'graphql'
import { faultOf, same } from './generated/faults.js'
import { oneSchemaOf, oursOf, stockOf } from './generated/gateways.js'
import { type GeneratedMesh, generateMesh } from './generated/mesh.js'
import { type GeneratedQuestion, generateQuestion } from './generated/question.js'
import { type StockReason, stockReasonsOf } from './generated/stock-faults.js'

const MESHES = Number(process.env.TERRANE_DIFFERENTIAL_MESHES ?? 240)
const QUESTIONS = 3
/** Of so many supergraphs one is put to Apollo's own executor as well. */
const STOCK_EVERY = Number(process.env.TERRANE_DIFFERENTIAL_STOCK ?? 8)

/** What there must be supergraphs with, by the SDL of their subgraphs. */
const FEATURES: Readonly<Record<string, RegExp>> = {
  'several keys': /@key[^{]*@key/,
  'composite keys': /@key\(fields: "part number"/,
  'nested keys': /@key\(fields: "org \{/,
  'keys by which nobody can be asked': /resolvable: false/,
  requirements: /c0: String @requires/,
  'of arguments': /@requires\(fields: "[^\n]*\(/,
  'of values within values': /@requires\(fields: "[^\n]*dimensions \{/,
  'of other entities’ fields': /nested: String @requires/,
  'of one another': /c7[^\n]*@requires[\s\S]*c8[^\n]*@requires/,
  'of an interface object': /weighed: String @requires/,
  interfaces: /interface Labelled/,
  'with references': /interface Labelled[^}]*mate/,
  unions: /union Any = Item \|/,
  'shared roots': /all\w+: \[\w+!\] @shareable/,
  provides: /@provides/,
  overrides: /@override\(from: "\w+"\)/,
  'overrides by halves': /@override\(from: "\w+", label/,
  'interface objects': /@interfaceObject/,
  contexts: /@fromContext\(/,
  'hidden fields': /@inaccessible/,
  mutations: /type Mutation/,
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
  const reasons = new Map<StockReason, number>()
  let meshes = 0
  const seen = new Map(Object.keys(FEATURES).map(name => [name, 0]))
  const losses = { errors: 0, nulls: 0 }
  await fc.assert(
    fc.asyncProperty(fc.gen(), async gen => {
      const mesh = generateMesh(gen)
      if (!mesh) {
        skipped++
        return
      }
      const sdl = [...mesh.subgraphs.values()].map(one => one.sdl.replace(/^extend schema.*$/m, '')).join('\n')
      for (const [name, text] of Object.entries(FEATURES)) if (text.test(sdl)) seen.set(name, seen.get(name)! + 1)
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
        if (expected.errors) losses.errors++
        if (JSON.stringify(expected.data).includes('null')) losses.nulls++
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
        mesh.asked = 0
        const theirs = await stock.ask(question)
        if (same(theirs.data, expected.data)) continue
        const why = await stockReasonsOf(mesh, question, stock, oneSchema)
        if (!why) throw new Error(`Stock differs for no known reason\n${told(mesh, question, theirs, expected)}`)
        for (const one of why) reasons.set(one, (reasons.get(one) ?? 0) + 1)
      }
    }),
    {
      numRuns: MESHES,
      seed: Number(process.env.TERRANE_DIFFERENTIAL_SEED ?? 1),
      endOnFailure: process.env.TERRANE_DIFFERENTIAL_SHRINK === undefined,
    },
  )
  if (process.env.TERRANE_DIFFERENTIAL_TELLS)
    console.log(
      JSON.stringify({
        compared,
        skipped,
        meshes,
        losses,
        seen: Object.fromEntries(seen),
        reasons: Object.fromEntries(reasons),
      }),
    )
  expect(compared).toBeGreaterThan((QUESTIONS - 1) * MESHES)
  expect(skipped).toBeLessThan(MESHES / 10)
  expect([...seen].filter(([, times]) => times < MESHES / 20)).toEqual([])
  expect(Math.min(losses.errors, losses.nulls)).toBeGreaterThan(compared / 4)
  // Were stock right everywhere, the generator would have lost what it is for.
  expect(reasons.size).toBeGreaterThan(0)
}, 600_000)
