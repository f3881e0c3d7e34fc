import { geography, SmallMesh, ukSales } from './small-mesh.js'

let mesh: SmallMesh
beforeAll(async () => {
  mesh = await SmallMesh.start(trust => [ukSales(trust), geography(trust)])
})
afterAll(() => mesh.stop())

test('a steward reads across products', async () => {
  const answer = await mesh.ask('{ ukSales { orders { nodes { orderId margin country { code name } } } } }', 'steward')
  expect(answer.errors).toBeUndefined()
  expect(answer.data).toEqual(null)
})
