import { SmallMesh, ukSales } from './small-mesh.js'

/** Events of a product that are handed on never end by themselves. A gateway that ends does not wait for them. */

let mesh: SmallMesh
let tell: () => void
let left: Promise<void>

beforeAll(async () => {
  let leave: () => void
  left = new Promise(resolve => {
    leave = resolve
  })
  const events = () =>
    new ReadableStream({
      start: controller => {
        tell = () => controller.enqueue(new TextEncoder().encode('event: told\n\n'))
        tell()
      },
      cancel: () => {
        tell = () => {}
        leave()
      },
    })
  mesh = await SmallMesh.start(trust => {
    const product = ukSales(trust)
    const others = product.fetch.bind(product)
    product.fetch = async request =>
      request.url.endsWith('/orders/1')
        ? new Response(events(), { headers: { 'content-type': 'text/event-stream' } })
        : others(request)
    return [product]
  })
})
afterAll(() => mesh.stop())

test('forwarded streams end with the gateway, long before what is under way has to', async () => {
  const response = await fetch(`${mesh.gateway.url}/data/europe/uk/uk-sales/1/orders/1`, {
    headers: { authorization: `Bearer ${await mesh.token('steward')}` },
  })
  expect(response.headers.get('content-type')).toContain('text/event-stream')
  const reader = response.body!.getReader()
  expect((await reader.read()).done).toBe(false)
  const closed = mesh.gateway.close({ graceMilliseconds: 600_000 })
  // Events go on until the closing has begun.
  do tell()
  while (!(await reader.read()).done)
  await left
  await closed
})
