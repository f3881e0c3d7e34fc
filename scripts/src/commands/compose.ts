import { writeFileSync } from 'node:fs'
import type { Command } from 'commander'
import { productFoldersOf, readProducts, withExtraFields } from '../product-folders.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

export function compose(terrane: Command): void {
  terrane
    .command('compose')
    .argument('[folder...]', 'product folders, or folders that hold some', ['subgraphs'])
    .option('-o, --output <file>', 'write the supergraph there instead of printing it')
    .option('--url <name=url...>', 'where a product answers, for gateways that fetch by HTTP', [])
    .option('--json', 'print problems as JSON')
    .description('Print the supergraph of product folders, security directives included.')
    .action(async (given: string[], options: { output?: string; url: string[]; json?: boolean }) => {
      const terminal = new Terminal(options.json ?? false, process.stderr)
      const urls = new Map(options.url.map(pair => pair.split(/=(.*)/s).slice(0, 2) as [string, string]))
      const { composePortable } = await import('@terrane/gateway/supergraph/portable')
      const { productGraph } = await import('@terrane/schema/graph')
      const found = await withExtraFields(await readProducts([...new Set(given.flatMap(productFoldersOf))]))
      const graphs = found.flatMap(({ product }) => (product ? [{ product, ...productGraph(product) }] : []))
      const composed = await composePortable(
        graphs.map(({ product, sdl }) => ({
          name: product.name,
          url: urls.get(product.name) ?? `terrane:${product.name}`,
          sdl,
        })),
      )
      const problems = [...found, ...graphs, composed].flatMap(one => one.problems)
      terminal.problems(problems)
      if (composed.supergraph === undefined || problems.some(problem => problem.severity === 'error')) {
        terminal.facts({ ok: false, problems })
        throw new CommandFailure(Exit.Finding, '')
      }
      if (options.output) write(options.output, composed.supergraph)
      if (options.json) terminal.facts({ ok: true, problems, supergraph: composed.supergraph })
      else if (!options.output) process.stdout.write(composed.supergraph)
    })
}

function write(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    throw new CommandFailure(Exit.Usage, `${file} cannot be written: ${(error as Error).message.split(',')[0]}.`)
  }
}
