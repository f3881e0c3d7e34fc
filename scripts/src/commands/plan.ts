import { existsSync, readFileSync } from 'node:fs'
import type { Caller, ProductPolicy } from '@terrane/schema'
import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import { planMermaid } from '../plans/mermaid.js'
import { decidedBy, type Planned } from '../plans/planned.js'
import { planText } from '../plans/text.js'
import { productFoldersOf, readProducts, withExtraFields } from '../product-folders.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  supergraph?: string
  product: string[]
  mesh?: string
  as?: string
  variables?: string
  operation?: string
  mermaid?: boolean
  json?: boolean
}

export function plan(terrane: Command): void {
  terrane
    .command('plan')
    .argument('<query>', 'the question itself, a file that holds it, or - for standard input')
    .option('--product <folder...>', 'plan it on the products of these folders', ['subgraphs'])
    .option('--supergraph <file or URL>', 'instead: on this supergraph')
    .option('--mesh <url>', 'instead: as this running mesh would run it, for the holder of TERRANE_TOKEN or --as')
    .option('--as <who>', 'as a persona, a role, user:<name> or product:<name>; default: as who may read everything')
    .option('--variables <JSON or @file>', 'values of its variables: what they leave out is not told')
    .option('--operation <name>', 'of several operations this one')
    .option('--mermaid', 'print a flowchart for Mermaid')
    .option('--json', 'print the plan as JSON')
    .description('Print how a question would be run, and who is asked for every field. Asks no product.')
    .action(async (given: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      if (options.mesh !== undefined && options.supergraph !== undefined)
        throw new CommandFailure(Exit.Usage, 'Say where to plan: either --mesh or --supergraph.')
      const variables = options.variables === undefined ? undefined : variablesOf(options.variables)
      const question = {
        query: queryOf(given),
        ...(variables ? { variables } : {}),
        ...(options.operation === undefined ? {} : { operationName: options.operation }),
      }
      const whole =
        options.mesh === undefined ? await planned(question, options) : await plannedAt(options.mesh, question, options)
      const shown = variables ? decidedBy(whole, variables) : whole
      terminal.facts(shown)
      if (!options.json) process.stdout.write((options.mermaid ? planMermaid : planText)(shown))
    })
}

interface Question {
  query: string
  variables?: Record<string, unknown>
  operationName?: string
}

async function planned(question: Question, { supergraph, product, as }: Options): Promise<Planned> {
  if (supergraph !== undefined && as !== undefined) {
    throw new CommandFailure(
      Exit.Usage,
      'A supergraph does not say who was granted what.\n  Plan --as somebody on products (--product) or at a running mesh (--mesh).',
    )
  }
  const { sdl, policies } = supergraph === undefined ? await composed(product) : await read(supergraph)
  const { planOperation } = await import('@terrane/gateway/plan-operation')
  const caller = as === undefined ? undefined : await callerOf(as)
  const { plan, errors, denied, cost } = await planOperation(sdl, {
    ...question,
    ...(caller ? { as: { caller, policies } } : {}),
  })
  if (!plan) throw new CommandFailure(Exit.Finding, errors.join('\n'))
  return { ...plan, denied, ...(cost === undefined ? {} : { cost: { operation: cost } }) }
}

async function plannedAt(mesh: string, question: Question, { as }: Options): Promise<Planned> {
  const { home, token: own } = configurationOf()
  const { tokenFor } = await import('../tokens.js')
  const token = as === undefined ? own : await tokenFor(home, as)
  if (token === undefined) {
    throw new CommandFailure(
      Exit.Usage,
      'A mesh tells plans to those who may observe its products: say who asks.\n  Set TERRANE_TOKEN, or --as to a persona of the demo.',
    )
  }
  const { planAtMesh } = await import('../plans/plan-at-mesh.js')
  return planAtMesh(urlOf(mesh, '--mesh'), question, token)
}

/** A plain name is a person who has the role of that name, as the demo's personas have. */
async function callerOf(as: string): Promise<Caller> {
  const { VISITOR } = await import('@terrane/schema')
  if (as === VISITOR.subject) return VISITOR
  const [, kind, name] = /^(?:(user|product|role):)?(\S+)$/.exec(as) ?? []
  if (name === undefined) throw new CommandFailure(Exit.Usage, `--as: nobody is called "${as}".`)
  const isRole = kind === undefined || kind === 'role'
  const subject = kind === 'product' ? as : `user:${name}`
  return { subject, authenticated: true, roles: isRole ? [name] : [], scopes: [] }
}

function queryOf(given: string): string {
  if (given !== '-' && given.includes('{')) return given
  if (given === '-' || existsSync(given)) return readFileSync(given === '-' ? 0 : given, 'utf8')
  throw new CommandFailure(Exit.Usage, `There is no file ${given}, and it is no question either.`)
}

function variablesOf(given: string): Record<string, unknown> {
  const file = given.startsWith('@') ? given.slice(1) : undefined
  if (file !== undefined && !existsSync(file)) throw new CommandFailure(Exit.Usage, `There is no file ${file}.`)
  try {
    const variables = JSON.parse(file === undefined ? given : readFileSync(file, 'utf8'))
    if (typeof variables === 'object' && variables !== null && !Array.isArray(variables)) return variables
  } catch {}
  throw new CommandFailure(Exit.Usage, '--variables takes a JSON object, {"id": "1"}, or @ and a file that holds one.')
}

interface Graph {
  sdl: string
  /** What the products' own contracts grant. */
  policies: ProductPolicy[]
}

async function read(source: string): Promise<Graph> {
  const { readSupergraph } = await import('@terrane/gateway/supergraph/federation')
  const { sdl, problems } = await readSupergraph(source)
  if (sdl !== undefined) return { sdl, policies: [] }
  throw new CommandFailure(/^https?:/.test(source) ? Exit.Unreachable : Exit.Usage, '', problems)
}

async function composed(given: readonly string[]): Promise<Graph> {
  const { composeSupergraph } = await import('@terrane/schema/composition')
  const { declaredGrants, policyOf } = await import('@terrane/schema')
  const { productGraph } = await import('@terrane/schema/graph')
  const found = await withExtraFields(await readProducts([...new Set(given.flatMap(productFoldersOf))]))
  const products = found.flatMap(({ product }) => (product ? [product] : []))
  const graphs = products.map(product => ({ name: product.name, ...productGraph(product) }))
  const made = composeSupergraph(graphs.map(({ name, sdl }) => ({ name, url: `terrane:${name}`, sdl })))
  if (made.supergraph !== undefined) {
    const now = new Date().toISOString()
    return { sdl: made.supergraph, policies: products.map(one => policyOf(one, declaredGrants(one, now))) }
  }
  throw new CommandFailure(
    Exit.Finding,
    '',
    [...found, ...graphs, made].flatMap(one => one.problems),
  )
}
