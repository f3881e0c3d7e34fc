import type { Command } from 'commander'
import { configurationOf, urlOf } from '../configuration.js'
import type { FoundGraph } from '../crawl/graph.js'
import { Visitor } from '../crawl/visitor.js'
import { type FoundProduct, isClosedProduct, readMesh, readProductAt } from '../crawl/well-known.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  token?: string
  anywhere?: boolean
  timeout: string
  json?: boolean
}

export function crawl(terrane: Command): void {
  terrane
    .command('crawl')
    .argument('<url>', "a mesh, a product's process or address, or any GraphQL endpoint")
    .option('--token <token>', 'whose sight of it; default TERRANE_TOKEN, else a visitor')
    .option('--anywhere', 'follow it to other hosts as well; the token goes to none of them')
    .option('--timeout <seconds>', 'for each answer', '10')
    .option('--json', 'print what is found as JSON')
    .description('List what a mesh, a product or a GraphQL endpoint tells of itself.')
    .action(async (given: string, options: Options) => {
      const terminal = new Terminal(options.json ?? false)
      const start = new URL(urlOf(given, 'What to crawl'))
      const token = options.token ?? configurationOf().token
      const visitor = new Visitor(start, {
        timeoutMilliseconds: secondsOf(options.timeout) * 1000,
        anywhere: options.anywhere ?? false,
        ...(token ? { token } : {}),
      })
      const found = await find(visitor, start)
      if (!found) {
        throw new CommandFailure(
          Exit.Usage,
          `${start.href} answers, but as neither a mesh, a data product nor a GraphQL endpoint.\n  Give the address of one of them: https://mesh.example, https://api.example/graphql.`,
        )
      }
      if ('graph' in found) {
        terminal.facts(found.graph)
        if (!options.json) showGraph(found.graph, terminal)
        return
      }
      terminal.facts({ kind: found.kind, url: start.href, products: found.products })
      if (!options.json) showProducts(found, start, terminal)
    })
}

type Found = { kind: 'mesh' | 'product'; products: FoundProduct[] } | { graph: FoundGraph }

/** By the well-known documents where only a host is given; else what stands at the address itself. */
async function find(visitor: Visitor, start: URL): Promise<Found | undefined> {
  const endpoints = [start]
  if (start.pathname === '/') {
    const products = await readMesh(visitor, start)
    if (products) return { kind: 'mesh', products }
    const product = await readProductAt(visitor, new URL('/.well-known/data-product', start))
    if (product) return { kind: 'product', products: [product] }
    endpoints.unshift(new URL('/graphql', start))
  } else if (start.pathname.startsWith('/data/')) {
    const product = await readProductAt(visitor, start)
    if (product) return { kind: 'product', products: [product] }
  }
  const { readGraph } = await import('../crawl/graph.js')
  for (const endpoint of endpoints) {
    const graph = await readGraph(visitor, endpoint)
    if (!graph) continue
    const empty = graph.queries.length + graph.mutations.length + graph.subscriptions.length === 0
    if (empty && (await isClosedProduct(visitor, start))) return { kind: 'product', products: [] }
    return { graph }
  }
  return undefined
}

function showProducts({ kind, products }: { kind: string; products: FoundProduct[] }, start: URL, terminal: Terminal) {
  if (products.length === 0 && kind === 'product') {
    terminal.line(`${start.origin} is a Terrane product, of which this caller sees nothing.`)
    terminal.line('  A product trusts its gateway alone: crawl its mesh, with --token of somebody who may know of it.')
    terminal.line(`  npx terrane gateway --demo --product ${start.origin} --port 0    puts a gateway in front of it`)
    return
  }
  if (products.length === 0) {
    terminal.line('There is no product here that this caller may know of.')
    return
  }
  const rows = products.map(({ domain, name, major, datasets, address, freshness, owner = '' }) =>
    [domain, name, String(major), datasets.map(one => one.name).join(', '), address, freshness, owner].map(plain),
  )
  terminal.table([['domain', 'product', 'major', 'datasets', 'address', 'freshness', 'owner'], ...rows], '')
}

function showGraph(graph: FoundGraph, terminal: Terminal): void {
  const { kind, url, queries, mutations, subscriptions, types, entities, closed } = graph
  const counted = new Map<string, number>()
  for (const type of types) counted.set(type.kind, (counted.get(type.kind) ?? 0) + 1)
  const rows: [string, string][] = [
    [kind === 'subgraph' ? 'federation subgraph' : 'graphql', url],
    ['queries', queries.join(', ')],
    ['mutations', mutations.join(', ')],
    ['subscriptions', subscriptions.join(', ')],
    ['types', [...counted].map(([name, count]) => `${count} ${name}`).join(', ')],
    [
      'entities',
      entities.map(({ name, keys }) => (keys.length > 0 ? `${name} (${keys.join('; ')})` : name)).join(', '),
    ],
  ]
  terminal.table(
    rows.filter(([, value]) => value !== '').map(row => row.map(plain)),
    '',
  )
  if (closed) terminal.step('warned', `Its types cannot be listed: ${plain(closed)}`)
}

/** Texts of others' making: none of them may move the cursor or colour the terminal. */
const plain = (text: string) => text.replace(/\p{Cc}/gu, '·')

function secondsOf(text: string): number {
  const seconds = Number(text)
  if (seconds > 0 && seconds <= 600) return seconds
  throw new CommandFailure(Exit.Usage, `--timeout is a number of seconds up to 600, not "${text}".`)
}
