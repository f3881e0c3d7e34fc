import { composeServices } from '@apollo/composition'
import { parse } from 'graphql'
import { SupergraphPlanner } from './supergraph-planner.js'

const FEDERATION = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])`

/** Each field from any of three subgraphs: three times as many plans with every field. */
const FIELDS = Array.from({ length: 9 }, (_, at) => `v${at}`)

function planner(): SupergraphPlanner {
  const stores = ['b', 'c', 'd'].map(name => [
    name,
    `type T @key(fields: "id") { id: ID! ${FIELDS.map(field => `${field}: Int @shareable`).join(' ')} }`,
  ])
  const subgraphs = [['a', 'type Query { t: T } type T @key(fields: "id") { id: ID! }'], ...stores]
  const { supergraphSdl, errors } = composeServices(
    subgraphs.map(([name, sdl]) => ({ name: name!, typeDefs: parse(FEDERATION + sdl) })),
  )
  if (!supergraphSdl) throw new Error(errors?.join('\n'))
  return new SupergraphPlanner({ sdl: supergraphSdl, validate: true })
}

/** How many plans were compared for a question about so many of the fields. */
function compared(opened: SupergraphPlanner, fields: number): number {
  opened.plan({ document: `{ t { ${FIELDS.slice(0, fields).join(' ')} } }`, overrides: new Map() })
  return opened.warm().lastGeneratedPlanStatistics()!.evaluatedPlanCount
}

test('of the plans that are possible no more than 500 are compared', () => {
  const opened = planner()
  // As many as there are, while they are few: that is what is counted.
  expect(compared(opened, 3)).toBe(3 ** 3)
  expect(compared(opened, 5)).toBe(3 ** 5)
  const most = compared(opened, FIELDS.length)
  expect(3 ** FIELDS.length).toBeGreaterThan(10_000)
  expect(most).toBeLessThanOrEqual(500)
  // Nor are they so few that hardly anything is compared.
  expect(most).toBeGreaterThan(100)
})
