import type { ProductEndpoint } from '@terrane/gateway'
import { eventually } from '../processes/processes.js'
import { EventStream } from './event-stream.js'
import { geography, SmallMesh, ukSales } from './small-mesh.js'
import type { SmallProduct } from './small-product.js'

/** A product comes in while a gateway waits to hear from another one what may be read: then that was not decided about. */

let mesh: SmallMesh
let uk: SmallProduct
/** What the other product says of its grants waits for it. */
let gate: Promise<void> | undefined
let held = 0

beforeEach(async () => {
  gate = undefined
  held = 0
  mesh = await SmallMesh.start(trust => {
    uk = ukSales(trust)
    const geo = geography(trust)
    const endpoint: ProductEndpoint = {
      ...geo.endpoint,
      fetch: async request => {
        if (gate && request.url.endsWith('/policy')) {
          held++
          await gate
        }
        return geo.fetch(request)
      },
    }
    return [{ endpoint } as SmallProduct]
  })
})
afterEach(() => mesh.stop())

/** What `question` is answered that was waiting when the product came in. */
async function across<Answer>(question: () => Promise<Answer>): Promise<Answer> {
  let open = () => {}
  gate = new Promise(resolve => {
    open = resolve
  })
  const answer = question()
  await eventually(
    async () => held,
    count => count === 1,
  )
  expect(await mesh.gateway.register(uk.endpoint)).toEqual({ problems: [] })
  gate = undefined
  open()
  return answer
}

test('nothing that its newcomer hides is told to whom it is hidden from', async () => {
  const told = await across(() => mesh.ask('{ __type(name: "UkSalesOrder") { fields { name } } }'))
  expect(told.data).toEqual({ __type: null })
})

test('what the newcomer grants is answered', async () => {
  const answer = await across(() => mesh.ask('{ ukSales { orders { totalCount } } }', 'steward'))
  expect(answer.errors).toBeUndefined()
  expect(answer.data).toEqual({ ukSales: { orders: { totalCount: 2 } } })
})

test('a subscription to the newcomer is heard', async () => {
  const subscription = 'subscription { ukSalesPublished(after: 0) { publication } }'
  const stream = await across(() => EventStream.open(mesh, subscription, { as: 'steward' }))
  expect(await stream.next()).toMatchObject({ data: { data: { ukSalesPublished: { publication: 1 } } } })
  stream.close()
})
