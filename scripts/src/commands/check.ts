import { judgeModels } from '@terrane/runtime'
import { composeSupergraph, type Problem, problemsOfRoles, productGraph } from '@terrane/schema'
import type { Command } from 'commander'
import { type FoundProduct, productFoldersOf, readProducts } from '../product-folders.js'
import { CommandFailure, Exit, secondsSince, Terminal } from '../terminal.js'

export function check(terrane: Command): void {
  terrane
    .command('check')
    .argument('[folder...]', 'product folders, or folders that hold some', ['subgraphs'])
    .option('--json', 'print the findings as JSON')
    .description('Read contracts, judge the SQL, build every graph and compose them.')
    .action(async (given: string[], { json = false }: { json?: boolean }) => {
      const terminal = new Terminal(json)
      const started = Date.now()
      const folders = [...new Set(given.flatMap(productFoldersOf))]
      const found = await readProducts(folders)
      const checked = []
      for (const one of found) {
        const since = Date.now()
        const problems = await problemsOf(one)
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

async function problemsOf({ product, problems }: FoundProduct): Promise<Problem[]> {
  if (!product) return problems
  const judged = await judgeModels(product)
  return [...problems, ...problemsOfRoles(product), ...productGraph(product).problems, ...judged.problems]
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
