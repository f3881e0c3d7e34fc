import type { Command } from 'commander'
import { configurationOf, listenPortOf } from '../configuration.js'
import { claimListenPort } from '../listen-port.js'
import { runAndTell } from '../runs.js'
import type { Standalone } from '../standalone.js'
import { stopRequested, untilStopped } from '../stopping.js'
import { Terminal } from '../terminal.js'

export function serve(terrane: Command): void {
  terrane
    .command('serve')
    .argument('<product>', 'its folder')
    .option('--port <n>', 'listen there; default PORT, else 4000')
    .option('--no-run', 'serve what is published without looking for new input')
    .option('--json', 'print the address as JSON')
    .description('Run one product and serve it by itself, with all its ports.')
    .action(async (folder: string, options: { port?: string; run: boolean; json?: boolean }) => {
      const terminal = new Terminal(options.json ?? false)
      const configuration = configurationOf()
      const listenPort = options.port === undefined ? configuration.listenPort : listenPortOf(options.port, '--port')
      const stopping = stopRequested()
      const stopped = stopping.then(() => true)
      const { openStandalone } = await import('../standalone.js')
      const { serveDataProduct } = await import('@terrane/runtime')
      const standalone = await openStandalone(folder, configuration)
      try {
        await claimListenPort(listenPort, configuration.host ?? '127.0.0.1')
        // Told to stop half way: closing breaks the run off, and what was published before stays in force.
        if (options.run && (await Promise.race([runAll(standalone, terminal), stopped]))) return
        const { product } = standalone
        product.onPublication(({ publication }) => terminal.step('done', `publication ${publication}`))
        const served = await serveDataProduct(product, {
          listenPort,
          ...(configuration.host ? { host: configuration.host } : {}),
          ...(configuration.compression === undefined ? {} : { compression: configuration.compression }),
          ...(configuration.metrics ? { metrics: configuration.metrics } : {}),
        })
        const facts = {
          product: product.product.name,
          url: served.url,
          address: `${served.url}${product.address}`,
          graphql: `${served.url}/graphql`,
          health: `${served.url}/healthz`,
        }
        terminal.facts(facts)
        terminal.line()
        terminal.table([
          ['address', facts.address],
          ['graphql', facts.graphql, 'answers what is public; a gateway signs for who may see more'],
          ['health', facts.health],
          ['as others', `npx terrane gateway --demo --product ${served.url} --port 0`, 'asks it as any persona'],
          ['mesh', `npx terrane publish ${served.url}`, 'puts it behind a running gateway'],
        ])
        terminal.line()
        terminal.line(`${facts.product} is ready at ${served.url}`)
        await untilStopped(() => served.close(), stopping)
      } finally {
        await standalone.close()
      }
    })
}

async function runAll({ upstream, product }: Standalone, terminal: Terminal): Promise<void> {
  for (const each of [...upstream, product]) await runAndTell(each, 'start', terminal)
}
