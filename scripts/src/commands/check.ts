import path from 'node:path'
import { composeSupergraph, type Problem, type Product, productGraph } from '@terrane/schema'
import type { Command } from 'commander'
import { PRODUCT_CHECKS } from '../product-checks.js'
import {
  type FoundProduct,
  productFoldersIn,
  productFoldersOf,
  readProducts,
  withExtraFields,
} from '../product-folders.js'
import { CommandFailure, Exit, secondsSince, Terminal } from '../terminal.js'

export function check(terrane: Command): void {
  terrane
    .command('check')
    .argument('[folder...]', 'product folders, or folders that hold some', ['subgraphs'])
    .option('--json', 'print the findings as JSON')
    .description('Read contracts, hold the SQL against them, build every graph and compose them.')
    .action(async (given: string[], { json = false }: { json?: boolean }) => {
      const terminal = new Terminal(json)
      const started = Date.now()
      const folders = [...new Set(given.flatMap(productFoldersOf))]
      const found = await withExtraFields(await readProducts(folders))
      const beside = await productsBeside(found)
      const checked = []
      for (const one of found) {
        const since = Date.now()
        const problems = await problemsOf(one, beside)
        const name = one.product?.name ?? one.folder
        terminal.step(problems.some(isError) ? 'failed' : 'done', name, secondsSince(since))
        checked.push({ name, folder: one.folder, problems })
      }
      const composition = compose(found)
      const all = [...checked.flatMap(({ problems }) => problems), ...composition]
      terminal.step(composition.some(isError) ? 'failed' : 'done', 'composed', secondsSince(started))
      terminal.problems(all)
      terminal.facts({ ok: !all.some(isError), products: checked, composition })
      if (all.some(isError)) throw new CommandFailure(Exit.Finding, '')
    })
}

const isError = (problem: Problem) => problem.severity === 'error'

async function problemsOf({ product, problems }: FoundProduct, beside: readonly Product[]): Promise<Problem[]> {
  if (!product) return problems
  const all = [...problems]
  for (const check of PRODUCT_CHECKS) all.push(...(await check(product, beside)))
  return all
}

/** The products given, and those in the folders next to them: what may feed them. */
async function productsBeside(found: readonly FoundProduct[]): Promise<Product[]> {
  const given = found.map(({ folder }) => folder)
  const siblings = new Set(given.flatMap(folder => productFoldersIn(path.dirname(folder))))
  const others = await readProducts([...siblings].filter(folder => !given.includes(folder)))
  return [...found, ...others].flatMap(({ product }) => product ?? [])
}

/** Products that cannot be read have said so already; the others must fit together. */
function compose(found: readonly FoundProduct[]): Problem[] {
  const subgraphs = found.flatMap(({ product }) => {
    if (!product) return []
    const graph = productGraph(product)
    if (graph.problems.some(isError)) return []
    return [{ name: product.name, url: `terrane:${product.name}`, sdl: graph.sdl }]
  })
  return subgraphs.length === 0 ? [] : composeSupergraph(subgraphs).problems
}
