import 'reflect-metadata'
import { setTimeout } from 'node:timers/promises'
import { configurationOf, only } from '../configuration.js'
import { endWith } from '../ending.js'
import { claimHome } from '../home.js'
import { claimListenPort } from '../listen-port.js'
import type { Mesh } from '../mesh.js'
import { stopRequested } from '../stopping.js'
import { startTelemetry } from '../telemetry/start-telemetry.js'
import { Terminal } from '../terminal.js'
import { type DemoMesh, startDemoMesh } from './mesh.js'

/** What each persona is for; the gateway's own list says what they are. */
const PERSONAS = [
  ['visitor', 'what is public'],
  ['analyst', 'what is internal; names cut to an initial, neither e-mail nor margin'],
  ['uk-manager', "all of the United Kingdom, and its control port; Europe's GB rows"],
  ['steward', 'everything, to read'],
  ['admin', 'everything, and every control port'],
]

const GRACE_MILLISECONDS = 5000

const QUERY =
  '{ globalSales { byContinent { nodes { continent { name countries(first: 3) { nodes { code name } } } orderCount revenue } } } }'

/** `npm start`: from nothing to a mesh that answers. */
export async function start(): Promise<void> {
  const stopping = stopRequested()
  const terminal = new Terminal()
  try {
    const endTelemetry = await startTelemetry()
    const configuration = configurationOf()
    const { home, host, listenPort, trickleSeconds } = configuration
    claimHome(home)
    await claimListenPort(listenPort, host ?? '127.0.0.1')
    let opened: Mesh | undefined
    const starting = startDemoMesh({
      home,
      listenPort,
      terminal,
      trickleSeconds,
      log: ({ level, message }) => {
        if (level !== 'info') terminal.step('warned', message)
      },
      onOpen: mesh => {
        opened = mesh
      },
      ...only(
        configuration,
        'host',
        'databaseUrl',
        'limits',
        'cacheUrl',
        'publicUrl',
        'metrics',
        'compression',
        'trustTraceparent',
      ),
    })
    const mesh = await Promise.race([starting, stopping])
    if (mesh) {
      welcome(mesh, terminal)
      await stopping
    }
    // Runs that are broken off end as failures of no interest.
    starting.catch(() => {})
    terminal.mute()
    if (process.stdout.isTTY) process.stdout.write('\n')
    // Whoever is still downloading does not hold up the end.
    await Promise.race([opened?.close(), setTimeout(GRACE_MILLISECONDS)])
    await endTelemetry()
    process.exit(0)
  } catch (error) {
    process.exit(endWith(error))
  }
}

function welcome({ url }: DemoMesh, terminal: Terminal): void {
  terminal.line()
  terminal.table([
    ['open', `${url}/`, 'find data, see what you may read, ask for more'],
    ['', `${url}/graphiql`, 'ask the whole mesh, as any persona'],
    ['', `${url}/docs`, 'the HTTP API of mesh and products, to try'],
    ['', `${url}/data/reference/reference-geography/1`, 'a product at its address'],
    ['', `${url}/.well-known/data-mesh`, 'every product, for machines'],
  ])
  terminal.line()
  terminal.table([
    ['persona', 'may see', 'token'],
    ...PERSONAS.map(([name, sees]) => [name!, sees!, `npx terrane token --as ${name}`]),
  ])
  terminal.line()
  terminal.line('  paste')
  terminal.line(`    ${QUERY}`)
  terminal.line()
  terminal.line(`Terrane is ready at ${url}`)
}
