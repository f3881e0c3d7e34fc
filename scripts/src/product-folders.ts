import { existsSync, readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import type { Problem, Product } from '@terrane/schema'
import { DESCRIPTORS } from '@terrane/schema/contracts/descriptors'
import { CommandFailure, Exit } from './terminal.js'

/** The product folders directly below `folder`, by name. */
export function productFoldersIn(folder: string): string[] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .sort()
    .map(name => path.join(folder, name))
    .filter(isProductFolder)
}

export function isProductFolder(folder: string): boolean {
  return DESCRIPTORS.some(name => existsSync(path.join(folder, name)))
}

/** A folder that a user named: itself a product, or holding some. */
export function productFoldersOf(given: string): string[] {
  const folder = path.resolve(given)
  if (isProductFolder(folder)) return [folder]
  if (!existsSync(folder) || !statSync(folder).isDirectory()) {
    throw new CommandFailure(Exit.Usage, `There is no folder ${given}.`)
  }
  const found = productFoldersIn(folder)
  if (found.length > 0) return found
  throw new CommandFailure(
    Exit.Usage,
    `${given} holds no ${DESCRIPTORS[0]} (or .yml, .json), nor does a folder directly below it.`,
  )
}

export interface FoundProduct {
  folder: string
  product?: Product
  problems: Problem[]
}

export async function readProducts(
  folders: readonly string[],
  env: NodeJS.ProcessEnv = process.env,
): Promise<FoundProduct[]> {
  const { readProduct } = await import('@terrane/schema/contracts')
  return Promise.all(folders.map(async folder => ({ folder, ...(await readProduct(folder, env)) })))
}

/** With what their `resolvers.ts` add to the graph. */
export async function withExtraFields(found: readonly FoundProduct[]): Promise<FoundProduct[]> {
  const { withResolvers } = await import('@terrane/runtime/resolvers-file')
  return Promise.all(
    found.map(async one => {
      if (!one.product) return one
      const { product, problems } = await withResolvers(one.product)
      return { ...one, product, problems: [...one.problems, ...problems] }
    }),
  )
}

/** Names of the products among `products` that feed `product` directly. */
export function upstreamOf(product: Product, products: readonly Product[]): Product[] {
  const wanted = new Set(
    product.inputPorts.flatMap(port => (port.source.kind === 'product' ? [port.source.contractId] : [])),
  )
  return products.filter(other => other !== product && other.outputPorts.some(port => wanted.has(port.contract.id)))
}

/** Everything that feeds `product`, however far up. */
export function allUpstreamOf(product: Product, products: readonly Product[]): Product[] {
  const found = new Set<Product>()
  const follow = (one: Product) => {
    for (const above of upstreamOf(one, products)) {
      if (found.has(above)) continue
      found.add(above)
      follow(above)
    }
  }
  follow(product)
  found.delete(product)
  return products.filter(one => found.has(one))
}

/** In steps: each product after all that feed it. Products that feed one another in a circle come last, together. */
export function inStepsDownstream(products: readonly Product[]): Product[][] {
  const steps: Product[][] = []
  let rest = [...products]
  while (rest.length > 0) {
    const ready = rest.filter(product => upstreamOf(product, rest).length === 0)
    const step = ready.length > 0 ? ready : rest
    steps.push(step)
    rest = rest.filter(product => !step.includes(product))
  }
  return steps
}
