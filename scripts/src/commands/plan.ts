import { existsSync, readFileSync } from 'node:fs'
import type { Command } from 'commander'
import { planMermaid } from '../plans/mermaid.js'
import { planText } from '../plans/text.js'
import { productFoldersOf, readProducts, withExtraFields } from '../product-folders.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  supergraph?: string
  product: string[]
  operation?: string
  mermaid?: boolean
  json?: boolean
}

export function plan(terrane: Command): void {
  terrane
    .command('plan')
    .argument('<query>', 'the question itself, a file that holds it, or - for standard input')
    .option('--supergraph <file or URL>', 'plan it on this supergraph')
    .option('--product <folder...>', 'else on the products of these folders', ['subgraphs'])
    .option('--operation <name>', 'of several operations this one')
    .option('--mermaid', 'print a flowchart for Mermaid')
    .option('--json', 'print the plan as JSON')
    .description('Print how the gateway would run a question, and who is asked for every field. Asks no product.')
    .action(async (given: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const query = queryOf(given)
      const sdl = options.supergraph === undefined ? await composed(options.product) : await read(options.supergraph)
      const { planOperation } = await import('@terrane/gateway/plan-operation')
      const planned = await planOperation(sdl, query, options.operation)
      if (!planned.plan) throw new CommandFailure(Exit.Finding, planned.errors.join('\n'))
      terminal.facts(planned.plan)
      if (!options.json) process.stdout.write((options.mermaid ? planMermaid : planText)(planned.plan))
    })
}

function queryOf(given: string): string {
  if (given !== '-' && given.includes('{')) return given
  if (given === '-' || existsSync(given)) return readFileSync(given === '-' ? 0 : given, 'utf8')
  throw new CommandFailure(Exit.Usage, `There is no file ${given}, and it is no question either.`)
}

async function read(source: string): Promise<string> {
  const { readSupergraph } = await import('@terrane/gateway/supergraph/federation')
  const { sdl, problems } = await readSupergraph(source)
  if (sdl !== undefined) return sdl
  throw new CommandFailure(/^https?:/.test(source) ? Exit.Unreachable : Exit.Usage, '', problems)
}

async function composed(given: readonly string[]): Promise<string> {
  const { composeSupergraph } = await import('@terrane/schema/composition')
  const { productGraph } = await import('@terrane/schema/graph')
  const found = await withExtraFields(await readProducts([...new Set(given.flatMap(productFoldersOf))]))
  const graphs = found.flatMap(({ product }) => (product ? [{ name: product.name, ...productGraph(product) }] : []))
  const made = composeSupergraph(graphs.map(({ name, sdl }) => ({ name, url: `terrane:${name}`, sdl })))
  if (made.supergraph !== undefined) return made.supergraph
  throw new CommandFailure(
    Exit.Finding,
    '',
    [...found, ...graphs, made].flatMap(one => one.problems),
  )
}
