import { createReadStream, existsSync, writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { DataProduct } from '@terrane/runtime'
import { WORKSPACE } from '../configuration.js'
import { type Mesh, type MeshOptions, openMesh } from '../mesh.js'
import { productFoldersIn } from '../product-folders.js'
import { runAndTell, runInOrder } from '../runs.js'
import { CommandFailure, count, Exit, secondsSince, type Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'
import { generateAside } from './generate-aside.js'
import { type DemoSources, sourcesFolder } from './sources.js'
import { openTillBroker, type TillBroker } from './till-broker.js'

export interface DemoOptions extends Omit<MeshOptions, 'folders' | 'env' | 'issuer' | 'demo'> {
  terminal: Terminal
  /** Called as soon as there is something that must be closed, even if the start is broken off. */
  onOpen?: (mesh: Mesh) => void
  /** Last day of the generated data (exclusive). Default today. */
  today?: Date
  /** Orders a country. Default 100,000. */
  orders?: number
  /** Seconds between two sales of the Indian tills after the start; 0 none. Default 0: the files are all there is. */
  trickleSeconds?: number
}

export interface DemoMesh extends Mesh {
  sources: DemoSources
}

const COUNTRIES = ['uk', 'france', 'germany', 'japan', 'india'] as const

/** Writes the sources, opens the products behind a gateway, brings the data in and publishes it. */
export async function startDemoMesh(options: DemoOptions): Promise<DemoMesh> {
  const { terminal, home, today, orders, onOpen, trickleSeconds = 0, ...rest } = options
  const since = Date.now()
  const generating = generateAside(home, { ...(today ? { today } : {}), ...(orders ? { orders } : {}) })
  // Awaited below; until then nobody listens to its failure.
  generating.catch(() => undefined)
  const broker = await openTillBroker()
  const opened = await openMesh({
    ...rest,
    home,
    folders: productFoldersIn(path.join(WORKSPACE, 'subgraphs')),
    env: {
      INDIA_SALES_MQTT_HOST: '127.0.0.1',
      INDIA_SALES_MQTT_PORT: String(broker.listenPort),
      ...process.env,
      TERRANE_SOURCES: sourcesFolder(home),
    },
    demo: true,
  }).catch(async error => {
    await broker.close()
    throw error
  })
  // The tills go last: whoever listens to them leaves first.
  const mesh: Mesh = { ...opened, close: () => opened.close().finally(() => broker.close()) }
  onOpen?.(mesh)
  try {
    const inUse = mesh.problems.find(({ code }) => code === 'PRODUCT_IN_USE')
    if (inUse) throw new CommandFailure(Exit.Unreachable, '', [inUse])
    // One folder that is broken costs itself; the others are served.
    if (mesh.products.length === 0) {
      throw new CommandFailure(Exit.Finding, 'No product of the demo can be opened.', [...mesh.problems])
    }
    if (mesh.problems.length > 0) terminal.step('warned', 'products that are left out', '')
    terminal.problems([...mesh.problems])
    // What arrives during the start is for the run of the start.
    const release = mesh.products.map(product => product.holdRuns())
    const sources = await generating
    const lines = COUNTRIES.reduce((sum, country) => sum + sources[country].lines, 0)
    if (sources.fresh) terminal.step('done', 'source files written', count(lines, 'lines'), secondsSince(since))
    // Each product runs as soon as its data is there; what is sent is sent while the others run.
    const sent: Record<string, Promise<void>> = {
      'france-sales': pushFrance(mesh, home, sources, terminal),
      'india-sales': sendIndia(mesh, home, sources, terminal, broker),
    }
    for (const each of Object.values(sent)) each.catch(() => undefined)
    await runInOrder(mesh.products, cpus().length, {
      ready: async ({ product }) => sent[product.name],
      run: product => runAndTell(product, 'start', terminal),
    })
    await Promise.all(Object.values(sent))
    for (const each of release) each()
    mesh.followPublications()
    if (trickleSeconds > 0) broker.trickle(sources, trickleSeconds)
    return { ...mesh, sources }
  } catch (error) {
    await mesh.close()
    throw error
  }
}

/** France's tills push: the files go through the input port's own route, once. What was pushed stays in the product. */
async function pushFrance(mesh: Mesh, home: string, sources: DemoSources, terminal: Terminal): Promise<void> {
  const product = mesh.products.find(({ product }) => product.name === 'france-sales')
  const done = path.join(home, 'france-sales', 'pushed-by-the-demo')
  if (!product || existsSync(done)) return
  const since = Date.now()
  for (const file of sources.france.files) await push(mesh, home, product, file)
  writeFileSync(done, `${sources.today}\n`)
  terminal.step('done', 'france-sales: files pushed', count(sources.france.lines, 'lines'), secondsSince(since))
}

/** India's tills send: once, and waited for until all is kept. A start that was broken off sends again, and nothing twice. */
async function sendIndia(
  mesh: Mesh,
  home: string,
  sources: DemoSources,
  terminal: Terminal,
  broker: TillBroker,
): Promise<void> {
  const done = path.join(home, 'india-sales', 'sent-by-the-demo')
  // With a broker of somebody else's the tills are somebody else's.
  const own = process.env.INDIA_SALES_MQTT_PORT === undefined && process.env.INDIA_SALES_MQTT_HOST === undefined
  if (!own || !mesh.products.some(({ product }) => product.name === 'india-sales') || existsSync(done)) return
  const since = Date.now()
  await broker.sendGenerated(sources)
  writeFileSync(done, `${sources.today}\n`)
  terminal.step('done', 'india-sales: messages sent', count(sources.india.messages, 'messages'), secondsSince(since))
}

async function push(mesh: Mesh, home: string, product: DataProduct, file: string): Promise<void> {
  const answer = await fetch(`${mesh.url}${product.address}/input/orders`, {
    method: 'POST',
    headers: {
      'content-type': 'application/x-ndjson',
      authorization: `Bearer ${await tokenFor(home, 'admin')}`,
    },
    body: Readable.toWeb(createReadStream(file)) as ReadableStream,
    duplex: 'half',
  } as RequestInit)
  const text = await answer.text()
  if (!answer.ok) throw new Error(`${path.basename(file)} was refused by france-sales (HTTP ${answer.status}): ${text}`)
}
