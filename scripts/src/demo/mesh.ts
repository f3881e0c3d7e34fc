import { createReadStream, existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { Readable } from 'node:stream'
import type { DataProduct } from '@terrane/runtime'
import { WORKSPACE } from '../configuration.js'
import { type Mesh, type MeshOptions, openMesh } from '../mesh.js'
import { inStepsDownstream, productFoldersIn } from '../product-folders.js'
import { runAndTell } from '../runs.js'
import { CommandFailure, count, Exit, secondsSince, type Terminal } from '../terminal.js'
import { tokenFor } from '../tokens.js'
import { type DemoSources, generateSources } from './sources.js'

export interface DemoOptions
  extends Pick<MeshOptions, 'home' | 'listenPort' | 'host' | 'publicUrl' | 'databaseUrl' | 'log'> {
  terminal: Terminal
  /** Called as soon as there is something that must be closed, even if the start is broken off. */
  onOpen?: (mesh: Mesh) => void
  /** Last day of the generated data (exclusive). Default today. */
  today?: Date
  /** Orders a country. Default 100,000. */
  orders?: number
}

export interface DemoMesh extends Mesh {
  sources: DemoSources
}

/** Writes the sources, opens the products behind a gateway, brings the data in and publishes it, level by level. */
export async function startDemoMesh(options: DemoOptions): Promise<DemoMesh> {
  const { terminal, home, today, orders, onOpen, ...rest } = options
  const since = Date.now()
  const sources = generateSources(home, { ...(today ? { today } : {}), ...(orders ? { orders } : {}) })
  const lines = sources.uk.lines + sources.france.lines
  if (sources.fresh) terminal.step('done', 'source files written', count(lines, 'lines'), secondsSince(since))
  const mesh = await openMesh({
    ...rest,
    home,
    folders: productFoldersIn(path.join(WORKSPACE, 'subgraphs')),
    env: { ...process.env, TERRANE_SOURCES: sources.folder },
    demo: true,
  })
  onOpen?.(mesh)
  try {
    // One folder that is broken costs itself; the others are served.
    if (mesh.products.length === 0) {
      throw new CommandFailure(Exit.Finding, 'No product of the demo can be opened.', [...mesh.problems])
    }
    if (mesh.problems.length > 0) terminal.step('warned', 'products that are left out', '')
    terminal.problems([...mesh.problems])
    await pushFrance(mesh, home, sources, terminal)
    const named = (name: string) => mesh.products.find(({ product }) => product.name === name)!
    for (const level of inStepsDownstream(mesh.products.map(({ product }) => product))) {
      await Promise.all(level.map(({ name }) => runAndTell(named(name), 'start', terminal)))
    }
    mesh.followPublications()
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
