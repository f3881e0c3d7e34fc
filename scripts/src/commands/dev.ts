import { cpus } from 'node:os'
import path from 'node:path'
import type { Product } from '@terrane/schema'
import type { Command } from 'commander'
import { type Configuration, configurationOf, listenPortOf, only } from '../configuration.js'
import { watchFolders } from '../dev/watch.js'
import { claimHome } from '../home.js'
import { claimListenPort } from '../listen-port.js'
import type { Mesh } from '../mesh.js'
import { allUpstreamOf, productFoldersIn, productFoldersOf, readProducts } from '../product-folders.js'
import { runAndTell, runInOrder } from '../runs.js'
import { stopRequested } from '../stopping.js'
import { CommandFailure, Exit, secondsSince, Terminal } from '../terminal.js'

export function dev(terrane: Command): void {
  terrane
    .command('dev')
    .argument('<folder>', 'a product, or a folder that holds some')
    .option('--port <n>', 'listen there; default PORT, else 4000')
    .description('Serve products behind a gateway with the personas, and again after every change of their files.')
    .action(async (given: string, options: { port?: string }) => {
      const terminal = new Terminal()
      const stopping = stopRequested().then(() => 'stop' as const)
      const configuration = configurationOf()
      const { home, host = '127.0.0.1' } = configuration
      const listenPort = options.port === undefined ? configuration.listenPort : listenPortOf(options.port, '--port')
      claimHome(home)
      await claimListenPort(listenPort, host)
      const folders = productFoldersOf(given)
      const watched = watchFolders(folders)
      let mesh: Mesh | undefined
      try {
        mesh = await serve(folders, { ...configuration, listenPort }, terminal)
        tellPlaces(mesh, folders, terminal)
        for (;;) {
          const changed = await Promise.race([stopping, watched.changed()])
          if (changed === 'stop') break
          const since = Date.now()
          terminal.line()
          for (const file of changed) terminal.step('going', path.relative(process.cwd(), file))
          if (!(await canBeRead(folders, terminal))) continue
          const { port } = new URL(mesh.url)
          await mesh.close()
          mesh = undefined
          mesh = await serve(folders, { ...configuration, listenPort: Number(port) }, terminal)
          terminal.line(`serving again at ${mesh.url}, ${secondsSince(since)}`)
        }
      } finally {
        watched.close()
        terminal.mute()
        await mesh?.close()
      }
    })
}

/** Opens the products and what feeds them, runs them and keeps them fed. A run that fails has said so. */
async function serve(folders: readonly string[], configuration: Configuration, terminal: Terminal): Promise<Mesh> {
  const { openMesh } = await import('../mesh.js')
  const mesh = await openMesh({
    folders: await withUpstream(folders),
    demo: true,
    log: ({ level, message }) => {
      if (level !== 'info') terminal.step('warned', message)
    },
    ...only(configuration, 'home', 'listenPort', 'host', 'databaseUrl', 'limits', 'metrics'),
  })
  terminal.problems(mesh.problems)
  const inUse = mesh.problems.some(({ code }) => code === 'PRODUCT_IN_USE')
  if (inUse || mesh.products.length === 0) {
    await mesh.close()
    throw new CommandFailure(inUse ? Exit.Unreachable : Exit.Finding, '')
  }
  await runInOrder(mesh.products, cpus().length, {
    run: product => runAndTell(product, 'start', terminal, { examples: 3 }),
  })
  mesh.followPublications()
  return mesh
}

/** What feeds the products stands beside them, and is served too. */
async function withUpstream(folders: readonly string[]): Promise<string[]> {
  const beside = new Set(folders.flatMap(folder => productFoldersIn(path.dirname(folder))))
  const found = await readProducts([...new Set([...folders, ...beside])])
  const products = found.flatMap(({ product }) => (product ? [product] : []))
  const meant = (product: Product) => folders.some(folder => path.resolve(folder) === product.folder)
  const above = products.filter(meant).flatMap(product => allUpstreamOf(product, products))
  return [...new Set([...above.map(product => product.folder), ...folders.map(folder => path.resolve(folder))])]
}

/** What is half written is told, and what was there before goes on serving. */
async function canBeRead(folders: readonly string[], terminal: Terminal): Promise<boolean> {
  const found = await readProducts(folders)
  const unread = found.filter(({ product }) => !product)
  for (const { problems } of unread) terminal.problems(problems)
  if (unread.length > 0) terminal.step('failed', 'not taken: what was there before goes on serving')
  return unread.length === 0
}

function tellPlaces({ url, products }: Mesh, folders: readonly string[], terminal: Terminal): void {
  const meant = products.filter(({ product }) => folders.some(folder => path.resolve(folder) === product.folder))
  terminal.line()
  terminal.table([
    ['open', `${url}/graphiql`, 'ask, as any persona'],
    ...meant.map(({ address }) => ['', `${url}${address}`, 'the product at its address']),
    ['as others', 'npx terrane token --as <persona>', 'analyst, steward, admin …'],
  ])
  terminal.line()
  terminal.line(`Watching ${folders.length === 1 ? folders[0] : `${folders.length} products`}; ready at ${url}`)
}
