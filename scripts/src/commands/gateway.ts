import { existsSync } from 'node:fs'
import path from 'node:path'
import type { GatewayOptions, GatewayWorkers } from '@terrane/gateway'
import { GatewayStartError } from '@terrane/gateway/start-error'
import type { Command } from 'commander'
import { configurationOf, listenPortOf, only, urlOf, workersOf } from '../configuration.js'
import { claimHome } from '../home.js'
import { stopRequested, untilStopped } from '../stopping.js'
import { CommandFailure, Exit, Terminal } from '../terminal.js'

interface Options {
  supergraph?: string
  product: string[]
  demo?: boolean
  apolloGateway?: boolean
  port?: string
  workers?: string
  json?: boolean
}

/** Settings of the environment that the gateway takes as they are. */
const OF_EVERY_GATEWAY = [
  'home',
  'listenPort',
  'host',
  'databaseUrl',
  'issuer',
  'signIn',
  'publicUrl',
  'clientSeed',
  'limits',
  'cacheUrl',
  'subgraphs',
  'metrics',
  'compression',
  'trustTraceparent',
] as const

export function gateway(terrane: Command): void {
  terrane
    .command('gateway')
    .option('--supergraph <file or URL>', 'serve this supergraph as it is')
    .option('--product <url...>', 'federate the products that answer there, beside those published before', [])
    .option('--demo', "with the demo's identity provider and its personas; never in production")
    .option('--apollo-gateway', "have Apollo's own gateway load and swap what is served; slower, see docs/deploy.md")
    .option('--port <n>', 'listen there; default PORT, else 4000')
    .option('--workers <n>', 'processes behind the port, auto, or 0 for this one; default TERRANE_WORKERS, else 1')
    .option('--json', 'print the address as JSON')
    .description('Serve any Federation 2 supergraph, or running products, behind one endpoint.')
    .action(async ({ supergraph, product, demo = false, apolloGateway, port, workers, json = false }: Options) => {
      const terminal = new Terminal(json)
      const configuration = configurationOf()
      const { home, databaseUrl, issuer } = configuration
      if (supergraph !== undefined && product.length > 0) {
        throw new CommandFailure(Exit.Usage, 'Say what to serve: either --supergraph, as it is, or products.')
      }
      if (supergraph !== undefined && !/^https?:/.test(supergraph) && !existsSync(supergraph)) {
        throw new CommandFailure(Exit.Usage, `There is no supergraph file ${supergraph}.`)
      }
      const count = workers === undefined ? configuration.workers : workersOf(workers, '--workers')
      if (count !== undefined && count > 1 && demo) {
        throw new CommandFailure(
          Exit.Usage,
          'The identity provider of --demo keeps in one process what others would lack. Take --workers 1, or TERRANE_ISSUER.',
        )
      }
      claimHome(home)
      const options = {
        ...only(configuration, ...OF_EVERY_GATEWAY),
        demo,
        ...(apolloGateway ? { apolloGateway } : {}),
        ...(port === undefined ? {} : { listenPort: listenPortOf(port, '--port') }),
        ...(supergraph === undefined ? { productUrls: product.map(url => urlOf(url, '--product')) } : { supergraph }),
      }
      const stopping = stopRequested()
      const starting =
        demo || count === 0 ? startHere(options, stopping) : startBehind(options, count ?? 1, stopping, terminal)
      const running = await starting.catch(error => {
        if (databaseUrl && isOfCatalogue(error)) throw new CommandFailure(Exit.Unreachable, '', error.problems)
        // What a server does not give is no mistake of the command line's.
        const fromServer = supergraph !== undefined && /^https?:/.test(supergraph)
        if (!(error instanceof GatewayStartError) || !fromServer) throw error
        const unread = error.problems.some(({ code }) => code === 'SUPERGRAPH_UNREADABLE')
        throw new CommandFailure(unread ? Exit.Unreachable : Exit.Usage, '', error.problems)
      })
      // Told to stop before it served.
      if (!running) return
      const { metricsUrl } = running
      if (metricsUrl !== undefined) terminal.step('done', `Metrics are told at ${metricsUrl}`)
      terminal.facts({ url: running.url, graphql: `${running.url}/graphql`, graphiql: `${running.url}/graphiql` })
      if (!issuer) {
        terminal.step(
          'warned',
          demo
            ? 'The demo signs in whoever asks. Set TERRANE_ISSUER instead of --demo for real people.'
            : 'Everybody is a visitor. Set TERRANE_ISSUER, or try the personas with --demo.',
        )
      }
      terminal.line(`Terrane's gateway is ready at ${running.url}`)
      await untilStopped(() => running.close(), stopping)
    })
}

/** The demo's identity provider keeps in one process what others would lack. Nothing where it is told to stop meanwhile. */
async function startHere(options: GatewayOptions, stopping: Promise<void>) {
  const { startGateway } = await import('@terrane/gateway')
  return Promise.race([startGateway(options), stopping])
}

/** One worker too: another is started in its place for what would hold up those who ask it. */
async function startBehind(options: GatewayOptions, count: number, stopping: Promise<void>, terminal: Terminal) {
  const stop = new AbortController()
  void stopping.then(() => stop.abort())
  const { startWorkers } = await import('@terrane/gateway/workers')
  const worker = path.resolve(__dirname, '..', '..', 'dist', 'gateway-worker.js')
  const starting = startWorkers(options, count, undefined, worker, stop.signal)
  const renew = ({ renew }: GatewayWorkers) =>
    renew().catch(error => terminal.step('warned', `The supergraph is not replaced: ${error.message}`))
  // From the start on: a signal that nobody takes ends the process. What is being read may have changed already.
  process.on('SIGHUP', () => void starting.then(renew, () => undefined))
  return starting.catch(error => {
    if (!stop.signal.aborted) throw error
  })
}

function isOfCatalogue(error: unknown): error is GatewayStartError {
  return error instanceof GatewayStartError && error.problems.some(({ code }) => code === 'CATALOGUE_UNAVAILABLE')
}
