import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { readIssuer } from '@terrane/gateway/authentication'
import { type DataProduct, type DataProductOptions, openDataProduct } from '@terrane/runtime'
import { loadOrCreateKeys, type Problem, readProduct } from '@terrane/schema'
import { type Configuration, only } from './configuration.js'
import { claimHome } from './home.js'
import type { Mesh } from './mesh.js'
import { authenticated, clientCredentials, remoteDoor } from './product-access.js'
import { allUpstreamOf, inStepsDownstream, isProductFolder, productFoldersIn, readProducts } from './product-folders.js'
import { CommandFailure, Exit } from './terminal.js'
import { productTokens } from './tokens.js'

/** Nobody in this process tells what happens upstream. */
const POLL_SECONDS = 60
const PATIENCE_MILLISECONDS = 10_000

export interface Standalone {
  product: DataProduct
  /** The products that feed it and run beside it, in the order in which they run; empty where the mesh is elsewhere. */
  upstream: DataProduct[]
  close(): Promise<void>
}

/**
 * One product by itself. What feeds it is read through TERRANE_MESH_URL as `product:<name>`; without it the sibling
 * folders that feed it are opened as a small mesh of this process.
 */
export async function openStandalone(folder: string, configuration: Configuration): Promise<Standalone> {
  if (!isProductFolder(folder))
    throw new CommandFailure(Exit.Usage, `${folder} holds no product.odps.yaml (or .yml, .json).`)
  claimHome(configuration.home)
  const { product, problems } = await readProduct(path.resolve(folder))
  if (!product) throw new CommandFailure(Exit.Finding, '', problems)
  const fed = product.inputPorts.some(port => port.source.kind === 'product')
  if (fed && !configuration.meshUrl) return withSiblings(product.folder, configuration)
  return alone(product.folder, product.name, configuration)
}

async function alone(folder: string, name: string, configuration: Configuration): Promise<Standalone> {
  const { home, databaseUrl, meshUrl, limits } = configuration
  const opened = await openDataProduct({
    folder,
    home,
    trust: await trustOf(configuration),
    ...(limits?.cost ? { graphLimits: { cost: 2 * limits.cost } } : {}),
    ...(databaseUrl ? { databaseUrl } : {}),
    ...(meshUrl ? { mesh: await doorOf(meshUrl, name, configuration) } : {}),
    pollSeconds: configuration.pollSeconds ?? (meshUrl ? POLL_SECONDS : 0),
  })
  if (!opened.product) throw new CommandFailure(exitOf(opened.problems), '', opened.problems)
  return { product: opened.product, upstream: [], close: () => opened.product!.close() }
}

async function doorOf(
  meshUrl: string,
  name: string,
  { client, home }: Configuration,
): Promise<NonNullable<DataProductOptions['mesh']>> {
  const door = remoteDoor(meshUrl)
  if (client) return authenticated(door, clientCredentials({ id: `product:${name}`, ...client }))
  // Beside the demo's gateway, under one home, a product makes its own token.
  const tokens = (await readIssuer(home)) && productTokens(home)
  // Without credentials a product reads what a visitor may: enough for public products.
  return tokens ? authenticated(door, () => tokens(name)) : door
}

/** Whose signatures count: the gateway's own word where it runs elsewhere, else the key under home. */
async function trustOf({ home, meshUrl, gatewayJwks }: Configuration): Promise<DataProductOptions['trust']> {
  const place = gatewayJwks ?? (meshUrl && `${meshUrl}/.well-known/terrane-keys`)
  if (!place) return (await loadOrCreateKeys(home)).jwks
  const jwks = /^https?:/.test(place) ? await jwksAt(place) : await jwksIn(place)
  if (isKeySet(jwks)) return jwks
  throw new CommandFailure(Exit.Usage, `What ${place} holds is no set of public keys (RFC 7517).`)
}

async function jwksAt(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MILLISECONDS) }).catch(() => undefined)
  if (answer?.ok) return answer.json().catch(() => undefined)
  throw new CommandFailure(Exit.Unreachable, `No gateway gives its keys at ${url}. Start the gateway first.`)
}

async function jwksIn(file: string): Promise<unknown> {
  const text = await readFile(file.replace(/^file:\/\//, ''), 'utf8').catch(() => undefined)
  if (text === undefined) throw new CommandFailure(Exit.Usage, `TERRANE_GATEWAY_JWKS: ${file} cannot be read.`)
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const isKeySet = (jwks: unknown): jwks is DataProductOptions['trust'] =>
  Array.isArray((jwks as { keys?: unknown } | undefined)?.keys)

async function withSiblings(folder: string, configuration: Configuration): Promise<Standalone> {
  const found = await readProducts(productFoldersIn(path.dirname(folder)))
  const products = found.flatMap(({ product }) => (product ? [product] : []))
  const itself = products.find(product => product.folder === folder)
  const above = itself ? allUpstreamOf(itself, products) : []
  const { openMesh } = await import('./mesh.js')
  const mesh: Mesh = await openMesh({
    folders: [...above.map(product => product.folder), folder],
    home: configuration.home,
    listenPort: 0,
    host: '127.0.0.1',
    demo: true,
    ...only(configuration, 'databaseUrl', 'limits'),
  })
  const named = (name: string) => mesh.products.find(({ product }) => product.name === name)
  const product = itself && named(itself.name)
  // Of several that another process serves, one says it.
  const inUse = mesh.problems.find(({ code }) => code === 'PRODUCT_IN_USE')
  if (!product || inUse) {
    await mesh.close()
    throw new CommandFailure(exitOf(mesh.problems), '', inUse ? [inUse] : mesh.problems)
  }
  mesh.followPublications()
  return {
    product,
    upstream: inStepsDownstream(above)
      .flat()
      .flatMap(({ name }) => named(name) ?? []),
    close: () => mesh.close(),
  }
}

/** A database that is away, or another process that serves it, is not the product's fault. */
function exitOf(problems: readonly Problem[]): Exit {
  return problems.some(({ code }) => code === 'STORE_UNAVAILABLE' || code === 'PRODUCT_IN_USE')
    ? Exit.Unreachable
    : Exit.Finding
}
