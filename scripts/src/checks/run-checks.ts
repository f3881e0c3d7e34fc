import path from 'node:path'
import { Classifications, type Problem, type Product, productSdl, readSdl } from '@terrane/schema'
import { productFoldersIn, productFoldersOf, readProducts, withExtraFields } from '../product-folders.js'
import { type Checked, isError, type Surroundings } from './checked.js'
import { checkCompatibility } from './compatibility.js'
import { checkComposition } from './composition.js'
import { checkDerived } from './derived.js'
import { GitRef } from './git-ref.js'
import { checkGraphs } from './graph.js'
import { checkOffered } from './offered.js'
import { checkPipelines } from './pipeline.js'
import { Published } from './published.js'
import { checkPurposes } from './purpose.js'

export interface CheckOptions {
  /** Product folders, or folders that hold some. */
  given: readonly string[]
  /** More of them, to be looked at but not checked: products that feed those given. */
  neighbours?: readonly string[]
  /** Folder of published versions. */
  published: string
  /** A git ref to compare with, instead of what is published. */
  against?: string
  /** Classifications from the least strict to the strictest. */
  classifications?: readonly string[]
  today?: string
}

export interface CheckReport {
  products: Checked[]
  /** What is wrong between products, or with what is published. */
  composition: Problem[]
}

/** Everything that `terrane check` looks at, in order; offline, without data. */
export async function runChecks(options: CheckOptions): Promise<CheckReport> {
  const folders = [...new Set(options.given.flatMap(productFoldersOf))]
  const found = await withExtraFields(await readProducts(folders))
  const products = found.map(
    ({ folder, product, problems }): Checked => ({
      folder,
      name: product?.name ?? path.basename(folder),
      ...(product ? { product } : {}),
      problems: [...problems],
      changes: [],
    }),
  )
  const published = await Published.in(options.published)
  const ref = options.against === undefined ? undefined : GitRef.open(options.against, folders)
  try {
    const surroundings = await surroundingsOf(products, published, ref, options)
    checkPurposes(products)
    checkGraphs(products)
    checkOffered(products, surroundings)
    await checkPipelines(products, surroundings)
    checkDerived(products, surroundings)
    await checkCompatibility(products, surroundings)
    return { products, composition: [...published.problems, ...(await checkComposition(products, surroundings))] }
  } finally {
    ref?.close()
  }
}

async function surroundingsOf(
  checked: readonly Checked[],
  published: Published,
  ref: GitRef | undefined,
  options: CheckOptions,
): Promise<Surroundings> {
  const own = checked.flatMap(({ product }) => product ?? [])
  const siblings = await productsBeside(checked, options.neighbours ?? [])
  const names = new Set([...own, ...siblings].map(({ name }) => name))
  const neighbours = siblings.flatMap(product => {
    const { sdl, problems } = productSdl(product)
    return problems.some(isError) ? [] : [{ name: product.name, sdl }]
  })
  for (const major of published.newestBut(names)) {
    neighbours.push({ name: major.manifest.product, sdl: await readSdl(major) })
  }
  return {
    beside: [...own, ...siblings, ...(await upstreamOf([...own], [...own, ...siblings], published))],
    neighbours,
    baseline: (ref ?? published).baseline,
    classifications: new Classifications(options.classifications),
    today: options.today ?? new Date().toISOString().slice(0, 10),
  }
}

/** Those in the folders next to the given ones, and the neighbours named: what may feed them. One that is broken is left out. */
async function productsBeside(checked: readonly Checked[], neighbours: readonly string[]): Promise<Product[]> {
  const given = new Set(checked.map(({ folder }) => folder))
  const taken = new Set(checked.map(({ name }) => name))
  const siblings = checked.flatMap(({ folder }) => productFoldersIn(path.dirname(folder)))
  const others = [...new Set([...neighbours.flatMap(productFoldersOf), ...siblings])].filter(one => !given.has(one))
  return (await withExtraFields(await readProducts(others))).flatMap(({ product }) => {
    if (!product || taken.has(product.name)) return []
    taken.add(product.name)
    return [product]
  })
}

/** Published products that feed these and have no folder here. */
async function upstreamOf(own: Product[], here: readonly Product[], published: Published): Promise<Product[]> {
  const offered = new Set(here.flatMap(({ outputPorts }) => outputPorts.map(({ contract }) => contract.id)))
  const ports = own.flatMap(({ inputPorts }) => inputPorts).filter(({ source }) => source.kind === 'product')
  const wanted = new Set(ports.map(({ contractId }) => contractId).filter(id => !offered.has(id)))
  const found = await Promise.all([...wanted].map(id => published.offering(id)))
  return found.flatMap(product => product ?? [])
}
