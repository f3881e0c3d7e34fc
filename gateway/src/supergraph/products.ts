import type { GraphQLDataSource } from '@apollo/gateway'
import type { Fingerprint } from '@terrane/schema/compatibility/fingerprint'
import type { Subgraph } from '@terrane/schema/composition'
import { type Problem, problem } from '@terrane/schema/problems'
import type { ProductEndpoint } from '../gateway.js'
import { type Composer, CompositionLost } from './composing-thread.js'
import { dataSourceOf, type RemoteEndpoint } from './endpoints.js'
import type { Federation } from './federation.js'
import type { ProductIdentities } from './product-identities.js'
import { type ProductFacts, readProduct } from './read-product.js'

/** A product that takes part in the mesh. */
export interface Product extends ProductFacts {
  endpoint: ProductEndpoint
  dataSource: GraphQLDataSource
  /** Of another process. */
  remote: boolean
}

/** A product that is to take part, or to take another's place. */
export interface Addition {
  endpoint: ProductEndpoint
  /** Of another process. */
  remote: boolean
  /** Even in the place of one that answers elsewhere. */
  replace?: boolean
  /** Facts from before, for a product that is away now. */
  known?: ProductFacts
  /** What it must be now. */
  checked?: Fingerprint
  /** While others are served: then the whole has to run on Apollo's own gateway too. What is found at a start was published before. */
  published?: boolean
}

/** A product with problems is in by what was known of it, and away. */
export interface Added {
  product?: Product
  problems: Problem[]
}

/** What was read of an addition, and what the whole still has to be held against with it. */
type Read =
  | { product: Product; problems: Problem[]; satisfiability: boolean; portable: boolean }
  | { problems: Problem[] }

/** The products of the mesh; with the gateway's own subgraphs they make the supergraph. */
export class Products {
  private readonly byName = new Map<string, Product>()
  /** One change after the other: two registrations at once would each compose without the other. */
  private changing: Promise<unknown> = Promise.resolve()
  private federation?: Federation
  private readonly changed = new Set<(product: Product) => void>()

  constructor(
    private readonly identities: ProductIdentities,
    /** Subgraphs that are the gateway's own: `mesh`. */
    private readonly own: readonly Subgraph[],
    private readonly composer: Composer,
  ) {}

  /** From now on every change is put in force there. */
  attach(federation: Federation): void {
    this.federation = federation
  }

  /** Called with each product that is added, or comes into another's place. */
  onChange(listener: (product: Product) => void): void {
    this.changed.add(listener)
  }

  get(name: string): Product | undefined {
    return this.byName.get(name)
  }

  all(): Product[] {
    return [...this.byName.values()]
  }

  /** The products there are before anything is served. What cannot be read is a problem; the others are in. */
  async load(endpoints: ProductEndpoint[], { remote }: { remote: boolean }): Promise<Problem[]> {
    const read = await Promise.all(endpoints.map(endpoint => readProduct(endpoint, this.identities)))
    for (const [at, endpoint] of endpoints.entries()) {
      const facts = read[at]!.facts
      if (!facts) continue
      const product = { ...facts, endpoint, dataSource: dataSourceOf(endpoint), remote }
      this.byName.set(endpoint.name, product)
      for (const listener of this.changed) listener(product)
    }
    return read.flatMap(one => one.problems)
  }

  /** Adds a product, or puts another in its place: read, composed, swapped in. With problems nothing has changed. */
  async add(addition: Addition): Promise<Added> {
    return lossAsProblem(async () => (await this.addAll([addition]))[0]!)
  }

  /**
   * Composed and swapped in together; where they do not hold together, one after the other. In the order given.
   * @throws CompositionLost
   */
  addAll(additions: readonly Addition[]): Promise<Added[]> {
    return this.inTurn(async () => {
      const read = await Promise.all(additions.map(one => this.read(one)))
      const found = read.filter(one => 'product' in one)
      const together = await this.putInForce(found)
      if (together.length === 0) return read
      const apart = new Map<Read, Added>()
      for (const one of found) {
        const problems = found.length === 1 ? together : await this.putInForce([one])
        apart.set(one, problems.length > 0 ? { problems } : one)
      }
      return read.map(one => apart.get(one) ?? one)
    })
  }

  /** Reads and composes as `add` does, and puts nothing in force. */
  try(addition: Addition): Promise<Added> {
    const tried = this.inTurn(async () => {
      const read = await this.read(addition)
      if (!('product' in read)) return read
      const { problems } = await this.composed([read])
      return problems.length > 0 ? { problems } : read
    })
    return lossAsProblem(() => tried)
  }

  /** The supergraph of all that is here; that it holds together is checked before it is deployed, not at every start. */
  async supergraph(): Promise<{ supergraph?: string; problems: Problem[] }> {
    const { composeSupergraph } = await import('@terrane/schema/composition')
    return composeSupergraph(this.subgraphs(this.all()), { satisfiability: false })
  }

  private inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.changing.then(work)
    this.changing = done.catch(() => undefined)
    return done
  }

  private async read(addition: Addition): Promise<Read> {
    const { endpoint, remote, known, checked, published: portable = false } = addition
    const present = this.byName.get(endpoint.name)
    if (this.own.some(one => one.name === endpoint.name) || (present && !mayReplace(present, addition))) {
      const url = present?.endpoint.url ?? 'the gateway'
      return { problems: [problem('PRODUCT_NAME_TAKEN', { product: endpoint.name, url })] }
    }
    const read = await readProduct(endpoint, this.identities, checked)
    const facts = read.facts ?? known
    if (facts === undefined) return { problems: read.problems }
    const product: Product = { ...facts, endpoint, dataSource: dataSourceOf(endpoint), remote }
    // What is known from before was checked when it was published, and is the same still.
    return { product, problems: read.problems, satisfiability: facts.sdl !== known?.sdl, portable }
  }

  private composed(found: readonly Extract<Read, { product: Product }>[]) {
    const names = new Set(found.map(({ product }) => product.endpoint.name))
    const others = this.all().filter(one => !names.has(one.endpoint.name))
    const subgraphs = this.subgraphs([...others, ...found.map(({ product }) => product)])
    return this.composer.compose(subgraphs, {
      satisfiability: found.some(one => one.satisfiability),
      portable: found.some(one => one.portable),
    })
  }

  private async putInForce(found: readonly Extract<Read, { product: Product }>[]): Promise<Problem[]> {
    if (found.length === 0) return []
    const { supergraph, problems } = await this.composed(found)
    if (supergraph === undefined) return problems
    const before = found.map(({ product }) => this.byName.get(product.endpoint.name))
    // With the supergraph: who asks at any moment is decided about by the products that it is made of.
    const take = () => {
      for (const { product } of found) this.byName.set(product.endpoint.name, product)
    }
    const refused = await this.federation?.replace(supergraph, take)
    if (!refused) take()
    else if (refused.length > 0) return refused
    for (const [at, { product }] of found.entries()) {
      const former = before[at]?.endpoint
      if (former && former !== product.endpoint) void closeEndpoint(former)
      for (const listener of this.changed) listener(product)
    }
    return []
  }

  async close(): Promise<void> {
    this.composer.close()
    await Promise.all(this.all().map(({ endpoint }) => closeEndpoint(endpoint)))
  }

  private subgraphs(products: Product[]): Subgraph[] {
    const sorted = products.toSorted((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : 1))
    return [...this.own, ...sorted.map(({ endpoint, sdl }) => ({ name: endpoint.name, url: endpoint.url, sdl }))]
  }
}

/** What was lost of a composition is no fault of the gateway: it says so, and nothing has changed. */
async function lossAsProblem(adding: () => Promise<Added>): Promise<Added> {
  try {
    return await adding()
  } catch (error) {
    if (error instanceof CompositionLost) return { problems: [error.problem] }
    throw error
  }
}

async function closeEndpoint(endpoint: ProductEndpoint & Partial<RemoteEndpoint>): Promise<void> {
  await endpoint.close?.()
}

/** Who answers for a name now goes on doing so, unless it is the same place, this process, or said outright. */
function mayReplace(present: Product, { endpoint, remote, replace }: Addition): boolean {
  if (!remote) return true
  return present.remote && (present.endpoint.url === endpoint.url || replace === true)
}
