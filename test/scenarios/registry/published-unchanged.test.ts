import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { type GatewayKeys, IdentitySigner, loadOrCreateKeys } from '@terrane/schema'
import { type Composer, ComposingThread, type ToCompose } from '../../../gateway/src/supergraph/composing-thread.js'
import { remoteEndpoint } from '../../../gateway/src/supergraph/endpoints.js'
import { ProductIdentities } from '../../../gateway/src/supergraph/product-identities.js'
import { Products } from '../../../gateway/src/supergraph/products.js'
import { UnchangedComposition } from '../../../gateway/src/supergraph/unchanged-composition.js'
import { allow, geography, SmallMesh, ukSales } from '../gateway/small-mesh.js'
import { SmallProduct } from '../gateway/small-product.js'

/** What is published again as it is costs no composition; whatever else of it has changed comes into force. */

let home: string
let trust: GatewayKeys['jwks']
let products: Products
let uk: SmallProduct
let geo: SmallProduct
const composed: ToCompose['options'][] = []

/** The real one, and what it was asked for. */
function counted(): Composer {
  const thread = new ComposingThread()
  return {
    compose(subgraphs, options) {
      composed.push(options)
      return thread.compose(subgraphs, options)
    },
    close: () => thread.close(),
  }
}

beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'terrane-unchanged-'))
  const keys = await loadOrCreateKeys(home)
  trust = keys.jwks
  products = new Products(
    new ProductIdentities(new IdentitySigner(keys.privateJwk)),
    [],
    new UnchangedComposition(counted()),
  )
  uk = ukSales(trust)
  geo = geography(trust)
  const problems = [await publish(uk), await publish(geo)].flatMap(added => added.problems)
  expect(problems).toEqual([])
  composed.length = 0
})
afterEach(async () => {
  await Promise.all([uk.die(), geo.die()])
  await products.close()
  await rm(home, { recursive: true, force: true })
})

const publish = async (product: SmallProduct, { url }: { url?: string } = {}) => {
  const endpoint = remoteEndpoint(product.options.name, url ?? (await product.listen()))
  return products.add({ endpoint, remote: true, replace: true, published: true })
}
const urlOf = (product: SmallProduct) => products.get(product.options.name)!.endpoint.url

test('the same again is in force without being composed, its grants as they are now', async () => {
  const heard: string[] = []
  products.onChange(({ policy }) => heard.push(policy.version))
  const before = products.get('uk-sales')!
  uk.grants = [...uk.grants, allow('auditor', 'orders')]
  const { product, problems } = await publish(uk, { url: urlOf(uk) })
  expect(problems).toEqual([])
  expect(composed).toEqual([])
  expect(products.get('uk-sales')).toBe(product)
  expect(product!.policy.grants.map(({ subject }) => subject)).toContain('role:auditor')
  expect(product!.policy.version).not.toBe(before.policy.version)
  expect(heard).toEqual([product!.policy.version])
})

test('another address is another supergraph, and so is another graph', async () => {
  const moved = ukSales(trust)
  const changed = geography(trust, {}, 'capital: String')
  expect((await publish(moved)).problems).toEqual([])
  expect(composed).toHaveLength(1)
  expect((await publish(changed)).problems).toEqual([])
  expect(composed).toHaveLength(2)
  expect(products.get('reference-geography')!.sdl).toContain('capital')
  await Promise.all([moved.die(), changed.die()])
})

test('what does not hold together is refused again and again', async () => {
  const sdl = geo.options.sdl.replace('code: ID!', 'code: String!')
  const broken = new SmallProduct({ ...geo.options, sdl }, trust)
  const url = await broken.listen()
  for (let times = 1; times <= 2; times++) {
    const { product, problems } = await publish(broken, { url })
    expect([product, problems.length > 0, composed.length]).toEqual([undefined, true, times])
  }
  expect(products.get('reference-geography')!.sdl).toContain('code: ID!')
  await broken.die()
})

test('what was not checked before is checked', async () => {
  const another = new Products(
    new ProductIdentities(new IdentitySigner((await loadOrCreateKeys(home)).privateJwk)),
    [],
    new UnchangedComposition(counted()),
  )
  const endpoint = () => remoteEndpoint('reference-geography', urlOf(geo))
  const add = (published: boolean) => another.add({ endpoint: endpoint(), remote: true, published })
  await add(false)
  await add(true)
  await add(false)
  await add(true)
  expect(composed.map(({ portable }) => portable)).toEqual([false, true])
  await another.close()
})

test('a gateway does not compose what it serves already', async () => {
  const compose = jest.spyOn(ComposingThread.prototype, 'compose')
  const mesh = await SmallMesh.start(trusted => [ukSales(trusted)])
  const one = geography(mesh.keys.jwks)
  const body = JSON.stringify({ url: await one.listen() })
  const headers = { authorization: `Bearer ${await mesh.token('admin')}`, 'content-type': 'application/json' }
  const calls: number[] = []
  for (let times = 0; times < 3; times++) {
    const published = await fetch(`${mesh.gateway.url}/registry/products`, { method: 'POST', headers, body })
    expect(published.status).toBe(201)
    calls.push(compose.mock.calls.length)
  }
  expect(calls).toEqual([1, 1, 1])
  await mesh.stop()
  await one.die()
  compose.mockRestore()
})
