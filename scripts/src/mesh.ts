import path from 'node:path'
import { type Gateway, type GatewayOptions, startGateway } from '@terrane/gateway'
import { type DataProduct, openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys, type Problem } from '@terrane/schema'
import { only } from './configuration.js'
import { inProcessDataSource } from './in-process-data-source.js'
import { authenticated } from './product-access.js'
import { upstreamOf } from './product-folders.js'
import { productTokens } from './tokens.js'

/** Handed on to the gateway as they are. */
const OF_THE_GATEWAY = [
  'home',
  'listenPort',
  'host',
  'publicUrl',
  'databaseUrl',
  'issuer',
  'demo',
  'limits',
  'cacheUrl',
  'metrics',
  'compression',
  'trustTraceparent',
  'log',
] as const satisfies (keyof GatewayOptions)[]

export interface MeshOptions extends Pick<GatewayOptions, (typeof OF_THE_GATEWAY)[number]> {
  /** Product folders. */
  folders: readonly string[]
  /** For `${…}` in contracts. */
  env?: NodeJS.ProcessEnv
}

/** Products and their gateway in one process: same interfaces, identities and checks as over the network. */
export interface Mesh {
  readonly url: string
  readonly gateway: Gateway
  readonly products: readonly DataProduct[]
  /** Folders that could not be opened are not in the mesh; here is why. */
  readonly problems: Problem[]
  /** From now on a publication makes the products below it run. */
  followPublications(): void
  close(): Promise<void>
}

export async function openMesh(options: MeshOptions): Promise<Mesh> {
  const { home, env, databaseUrl, limits, log } = options
  const { jwks } = await loadOrCreateKeys(home)
  let gateway: Gateway | undefined
  // Products are opened before the gateway that they read one another through.
  const throughGateway = (request: Request) => {
    if (!gateway) throw new TypeError('a product asked the mesh before the mesh was open')
    return gateway.fetch(request)
  }
  const tokens = productTokens(home)
  const opened = await Promise.all(
    options.folders.map(async folder => {
      // Its name stands in its descriptor, which opening reads; it asks for nothing before that.
      let name = ''
      const one = await openDataProduct({
        folder,
        home,
        trust: jwks,
        // The gateway adds keys to what it fetches.
        ...(limits?.cost ? { graphLimits: { cost: 2 * limits.cost } } : {}),
        mesh: authenticated(throughGateway, () => tokens(name)),
        ...(databaseUrl ? { databaseUrl } : {}),
        ...(env ? { env } : {}),
        ...(log ? { log } : {}),
      })
      name = one.product?.product.name ?? ''
      return one
    }),
  )
  const products = opened.flatMap(({ product }) => (product ? [product] : []))
  const closeProducts = () => Promise.all(products.map(product => product.close()))
  try {
    gateway = await startGateway({
      ...only(options, ...OF_THE_GATEWAY),
      products: products.map(product => ({
        name: product.product.name,
        url: `terrane:${product.product.name}`,
        fetch: request => product.fetch(request),
        dataSource: inProcessDataSource(product),
      })),
    })
  } catch (error) {
    await closeProducts()
    throw error
  }
  const running = gateway
  return {
    url: running.url,
    gateway: running,
    products,
    problems: opened.flatMap(({ problems }, at) => problems.map(found => placedIn(options.folders[at]!, found))),
    followPublications: () => notify(products),
    async close() {
      await running.close()
      await closeProducts()
    },
  }
}

/** Publications are told within the process; across processes products poll. */
function notify(products: readonly DataProduct[]): void {
  const all = products.map(({ product }) => product)
  for (const below of products) {
    const above = new Set(upstreamOf(below.product, all).map(({ name }) => name))
    for (const product of products) {
      if (above.has(product.product.name)) product.onPublication(() => below.upstreamPublished())
    }
  }
}

/** Products name their files from their own folder; among several it takes the folder too. */
function placedIn(folder: string, found: Problem): Problem {
  if (found.file === undefined || path.isAbsolute(found.file)) return found
  return { ...found, file: path.join(path.relative(process.cwd(), folder), found.file) }
}
