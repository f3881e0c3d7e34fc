import type { GraphQLDataSource } from '@apollo/gateway'
import { type Fingerprint, type Problem, problem } from '@terrane/schema'
import { type ComposeOptions, composeSupergraph, type Subgraph } from '@terrane/schema/composition'
import type { ProductEndpoint } from '../gateway.js'
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

  /**
   * Adds a product, or puts another in its place: read, composed, swapped in. With problems nothing has changed.
   * `known` are facts from before, for a product that is away now; `checked` is what it must be now.
   */
  add(
    endpoint: ProductEndpoint,
    options: { remote: boolean; replace?: boolean; known?: ProductFacts; checked?: Fingerprint },
  ): Promise<{ product?: Product; problems: Problem[] }> {
    const adding = this.changing.then(async () => {
      const present = this.byName.get(endpoint.name)
      if (this.own.some(one => one.name === endpoint.name) || (present && !mayReplace(present, endpoint, options)))
        return {
          problems: [
            problem('PRODUCT_NAME_TAKEN', { product: endpoint.name, url: present?.endpoint.url ?? 'the gateway' }),
          ],
        }
      const read = await readProduct(endpoint, this.identities, options.checked)
      const facts = read.facts ?? options.known
      if (facts === undefined) return { problems: read.problems }
      const product: Product = { ...facts, endpoint, dataSource: dataSourceOf(endpoint), remote: options.remote }
      // What is known from before was checked when it was published, and is the same still.
      const satisfiability = facts.sdl !== options.known?.sdl
      const problems = await this.compose(product, { satisfiability })
      return problems.length > 0 ? { problems } : { product, problems: [] }
    })
    this.changing = adding.catch(() => undefined)
    return adding
  }

  /** The supergraph of all that is here; that it holds together is checked before it is deployed, not at every start. */
  supergraph(): { supergraph?: string; problems: Problem[] } {
    return composeSupergraph(this.subgraphs(this.all()), { satisfiability: false })
  }

  private async compose(product: Product, options: ComposeOptions): Promise<Problem[]> {
    const others = this.all().filter(one => one.endpoint.name !== product.endpoint.name)
    const { supergraph, problems } = composeSupergraph(this.subgraphs([...others, product]), options)
    if (supergraph === undefined) return problems
    const refused = (await this.federation?.replace(supergraph)) ?? []
    if (refused.length > 0) return refused
    const before = this.byName.get(product.endpoint.name)
    this.byName.set(product.endpoint.name, product)
    if (before && before.endpoint !== product.endpoint) void closeEndpoint(before.endpoint)
    for (const listener of this.changed) listener(product)
    return []
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map(({ endpoint }) => closeEndpoint(endpoint)))
  }

  private subgraphs(products: Product[]): Subgraph[] {
    const sorted = products.toSorted((a, b) => (a.endpoint.name < b.endpoint.name ? -1 : 1))
    return [...this.own, ...sorted.map(({ endpoint, sdl }) => ({ name: endpoint.name, url: endpoint.url, sdl }))]
  }
}

async function closeEndpoint(endpoint: ProductEndpoint & Partial<RemoteEndpoint>): Promise<void> {
  await endpoint.close?.()
}

/** Who answers for a name now goes on doing so, unless it is the same place, this process, or said outright. */
function mayReplace(
  present: Product,
  endpoint: ProductEndpoint,
  options: { remote: boolean; replace?: boolean },
): boolean {
  if (!options.remote) return true
  return present.remote && (present.endpoint.url === endpoint.url || options.replace === true)
}
