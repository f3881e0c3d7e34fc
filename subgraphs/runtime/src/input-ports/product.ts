import { Readable } from 'node:stream'
import type { ReadableStream as NodeReadableStream } from 'node:stream/web'
import type { InputPort } from '@terrane/schema'
import { type Problem, type ProblemCode, problem } from '@terrane/schema/problems'
import type { ConnectorFactory, ConnectorReach, InputConnector, SourceItem } from './port.js'
import { reasonOf } from './reason.js'

/**
 * Another data product's output port: found by its `contractId` in the mesh's list, downloaded as parquet under the
 * caller's own grant (`reach.mesh` authenticates). The item is listed with the publication it shows, so that a
 * publication is downloaded once.
 */
export const product: ConnectorFactory = (port, reach) => {
  if (port.source.kind !== 'product') throw new TypeError(`port ${port.name} is not fed by a product`)
  return new ProductConnector(port, port.source.contractId, reach)
}

/** `/.well-known/data-mesh`, as far as it is read here. */
export interface MeshListing {
  products: {
    name: string
    domain: string
    major: number
    address: string
    datasets: { name: string; address: string; contractId: string; contractMajor: number }[]
  }[]
}

/** Any absolute address: the mesh behind `reach.mesh` looks at the path only. */
const MESH = 'http://mesh'

type Mesh = NonNullable<ConnectorReach['mesh']>
type MeshDataset = MeshListing['products'][number]['datasets'][number]
type Refusal = { items: SourceItem[]; problems: Problem[] }

class ProductConnector implements InputConnector {
  /** Bodies of the answers that list() got, by item name: opening takes them instead of asking again. */
  private readonly answers = new Map<string, Response>()

  constructor(
    private readonly port: InputPort,
    private readonly contractId: string,
    private readonly reach: ConnectorReach,
  ) {}

  async list(known: ReadonlyMap<string, string> = new Map()): Promise<{ items: SourceItem[]; problems: Problem[] }> {
    const mesh = this.reach.mesh
    if (mesh === undefined) return this.refuse('UPSTREAM_NO_MESH')
    await this.close()
    try {
      const found = await this.find(mesh)
      if ('problems' in found) return found
      const items: SourceItem[] = []
      for (const dataset of found.datasets) {
        const item = await this.ask(mesh, found.product, dataset, known)
        if ('problems' in item) return item
        items.push(item)
      }
      return { items, problems: [] }
    } catch (error) {
      return this.refuse('UPSTREAM_UNREACHABLE', { reason: reasonOf(error) })
    }
  }

  async open(item: SourceItem): Promise<Readable> {
    const response = this.answers.get(item.name)
    this.answers.delete(item.name)
    if (!response?.body) throw new Error('the product said that nothing changed, but what it sent before is gone')
    return Readable.fromWeb(response.body as NodeReadableStream)
  }

  async close(): Promise<void> {
    for (const response of this.answers.values()) await response.body?.cancel().catch(() => undefined)
    this.answers.clear()
  }

  /** The newest major of the one product that offers the contract, with all datasets of the contract. */
  private async find(mesh: Mesh): Promise<{ product: string; datasets: MeshDataset[] } | Refusal> {
    const headers = { accept: 'application/json' }
    const response = await mesh(new Request(`${MESH}/.well-known/data-mesh`, { headers }))
    if (!response.ok) return this.refuse('UPSTREAM_UNREACHABLE', { reason: `the mesh answers ${response.status}` })
    const listing = (await response.json()) as MeshListing
    const offering = listing.products.filter(each => each.datasets.some(set => set.contractId === this.contractId))
    const names = [...new Set(offering.map(each => each.name))]
    if (names.length > 1) return this.refuse('UPSTREAM_AMBIGUOUS', { products: names.join(', ') })
    const [first] = offering
    if (first === undefined) return this.refuse('UPSTREAM_UNKNOWN')
    const newest = offering.reduce((best, each) => (each.major > best.major ? each : best), first)
    return { product: newest.name, datasets: newest.datasets.filter(set => set.contractId === this.contractId) }
  }

  private async ask(
    mesh: Mesh,
    upstream: string,
    dataset: MeshDataset,
    known: ReadonlyMap<string, string>,
  ): Promise<SourceItem | Refusal> {
    const name = `${upstream}/${dataset.name}.parquet`
    const details = { upstream, dataset: dataset.name }
    const revision = known.get(name)
    const response = await mesh(
      new Request(new URL(`${dataset.address}.parquet`, MESH), {
        headers: revision === undefined ? {} : { 'if-none-match': revision },
      }),
    )
    if (response.status === 304) return { name, format: 'parquet', ...(revision === undefined ? {} : { revision }) }
    if (!response.ok) {
      await response.body?.cancel()
      if (response.status === 401 || response.status === 403) return this.refuse('UPSTREAM_DENIED', details)
      if (response.status === 404) return this.refuse('UPSTREAM_NOT_PUBLISHED', details)
      return this.refuse('UPSTREAM_UNREACHABLE', { reason: `${upstream} answers ${response.status}` })
    }
    const publication = Number(response.headers.get('terrane-publication') ?? Number.NaN)
    if (!Number.isSafeInteger(publication)) {
      await response.body?.cancel()
      return this.refuse('UPSTREAM_UNREACHABLE', { reason: `${upstream} does not say which publication this is` })
    }
    this.answers.set(name, response)
    const etag = response.headers.get('etag')
    return {
      name,
      format: 'parquet',
      ...(etag === null ? {} : { revision: etag }),
      upstream: { product: upstream, dataset: dataset.name, publication },
    }
  }

  private refuse(code: ProblemCode, details: Record<string, unknown> = {}): Refusal {
    const { file, line, column } = this.port.place
    const all = { port: this.port.name, contract: this.contractId, ...details }
    return { items: [], problems: [problem(code, all, { file, line, column })] }
  }
}
