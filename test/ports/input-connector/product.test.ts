import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import type { InputPort } from '@terrane/schema'
import { openConnector } from '../../../subgraphs/runtime/src/input-ports/index.js'
import type { MeshListing } from '../../../subgraphs/runtime/src/input-ports/product.js'
import { inputConnectorSuite, PLACE } from './input-connector-suite.js'

const PORT: InputPort = {
  name: 'orders',
  version: '1',
  contractId: 'uk-orders',
  source: { kind: 'product', contractId: 'uk-orders' },
  place: PLACE,
}

/** A mesh over HTTP, as far as this connector sees one. */
async function mesh(listing: () => MeshListing, answer: RequestListener) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers['if-none-match'] ?? ''}`.trim())
    if (request.url === '/.well-known/data-mesh') response.end(JSON.stringify(listing()))
    else answer(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const reach = (request: Request) => fetch(new URL(new URL(request.url).pathname, base), { headers: request.headers })
  const { connector } = await openConnector(PORT, { folder: '/', mesh: reach })
  const close = async () => {
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }
  return { connector: connector!, asked, close }
}

function offering(
  names: string[],
  more: Partial<MeshListing['products'][number]> = {},
): MeshListing['products'][number] {
  const address = `/data/europe/uk/${more.name ?? 'uk-sales'}/${more.major ?? 1}`
  const datasets = names.map(name => ({
    name,
    address: `${address}/${name}/1`,
    contractId: 'uk-orders',
    contractMajor: 1,
  }))
  const other = { name: 'other', address: `${address}/other/1`, contractId: 'something-else', contractMajor: 1 }
  return { name: 'uk-sales', domain: 'europe/uk', major: 1, address, datasets: [...datasets, other], ...more }
}

inputConnectorSuite('product', async () => {
  const contents = new Map<string, string>()
  const names = () => [...contents.keys()].sort()
  const { connector, close } = await mesh(
    () => ({ products: contents.size > 0 ? [offering(names())] : [] }),
    (request, response) => {
      const content = contents.get(/(\w+)\/1\.parquet$/.exec(request.url!)![1]!)!
      const etag = `"${createHash('sha256').update(content).digest('hex')}"`
      response.setHeader('etag', etag).setHeader('terrane-publication', '17')
      if (request.headers['if-none-match'] === etag) response.writeHead(304).end()
      else response.end(content)
    },
  )
  return {
    connector,
    put: async (name, content) => void contents.set(name, content),
    remove: async name => void contents.delete(name),
    itemName: name => `uk-sales/${name}.parquet`,
    breakDown: close,
    close,
  }
})

describe('product', () => {
  const ask = async (
    listing: MeshListing,
    status = 200,
    headers: Record<string, string> = { 'terrane-publication': '17', etag: '"e"' },
  ) => {
    const { connector, asked, close } = await mesh(
      () => listing,
      (_request, response) => response.writeHead(status, headers).end('parquet'),
    )
    try {
      const { items, problems } = await connector.list()
      const read = items[0] ? await text(await connector.open(items[0])) : undefined
      return { items, codes: problems.map(problem => problem.code), asked, read }
    } finally {
      await connector.close()
      await close()
    }
  }

  test('takes the newest major and tells which publication it got', async () => {
    const found = await ask({ products: [offering(['orders']), offering(['orders'], { major: 2 })] })
    expect(found).toMatchObject({ codes: [], read: 'parquet' })
    expect(found.asked).toEqual(['/.well-known/data-mesh', '/data/europe/uk/uk-sales/2/orders/1.parquet'])
    expect(found.items).toEqual([
      {
        name: 'uk-sales/orders.parquet',
        format: 'parquet',
        revision: '"e"',
        upstream: { product: 'uk-sales', dataset: 'orders', publication: 17 },
      },
    ])
  })

  const one = { products: [offering(['orders'])] }
  test.each([
    ['nobody offers it', { products: [] }, 200, undefined, 'UPSTREAM_UNKNOWN'],
    [
      'two products offer it',
      { products: [offering(['orders']), offering(['orders'], { name: 'gb-sales' })] },
      200,
      undefined,
      'UPSTREAM_AMBIGUOUS',
    ],
    ['no grant', one, 403, {}, 'UPSTREAM_DENIED'],
    ['no identity', one, 401, {}, 'UPSTREAM_DENIED'],
    ['nothing published', one, 404, {}, 'UPSTREAM_NOT_PUBLISHED'],
    ['a fault', one, 500, {}, 'UPSTREAM_UNREACHABLE'],
    ['no publication named', one, 200, { etag: '"e"' }, 'UPSTREAM_UNREACHABLE'],
  ] as const)('%s', async (_name, listing, status, headers, code) => {
    const found = await ask(listing as MeshListing, status, headers)
    expect([found.items, found.codes]).toEqual([[], [code]])
  })

  test('without a mesh there is nothing to find it in', async () => {
    const { connector } = await openConnector(PORT, { folder: '/' })
    expect((await connector!.list()).problems).toMatchObject([{ code: 'UPSTREAM_NO_MESH' }])
  })
})
