import type { GraphQLDataSource } from '@apollo/gateway'
import type { Repeatable } from '@terrane/schema'
import type { NamedPublications } from './publications-received.js'

type Answer = Pick<Awaited<ReturnType<GraphQLDataSource['process']>>, 'errors' | 'extensions'>

/** What a subgraph says of an answer that can be given again. */
export type Read = Pick<Repeatable, 'publicationId' | 'servedAs' | 'reads'>

/** Undefined for an answer that cannot be given again. `decision`: fingerprint of the one that the subgraph was handed. */
export function readIn({ errors, extensions }: Answer, decision: string | undefined): Read | undefined {
  const said = (extensions?.terrane as { repeatable?: Partial<Repeatable> } | undefined)?.repeatable
  if (errors?.length || said === undefined || decision === undefined || said.decision !== decision) return undefined
  const { publicationId, servedAs, reads } = said
  if (typeof publicationId !== 'string' || !Array.isArray(reads)) return undefined
  return { publicationId, ...(typeof servedAs === 'string' ? { servedAs } : {}), reads }
}

/** What is known of an operation's fetches: whether all of them may be answered again, and what was read for them. */
export class Repeats {
  private all = true
  /** By product. */
  readonly reads = new Map<string, Repeatable['reads']>()
  /** By product, of the publications that were read. */
  readonly ids = new Map<string, string>()
  private readonly servedAs = new Map<string, string | undefined>()

  /** `decision`: fingerprint of the one that the subgraph was handed. */
  note(subgraph: string, decision: string | undefined, answer: Answer): void {
    const read = readIn(answer, decision)
    if (read === undefined) {
      this.all = false
      return
    }
    const id = this.ids.get(subgraph)
    // Two processes of one product, each with a home of its own: an answer of both is of no publication.
    if (id !== undefined && (id !== read.publicationId || this.servedAs.get(subgraph) !== read.servedAs))
      this.all = false
    this.ids.set(subgraph, read.publicationId)
    this.servedAs.set(subgraph, read.servedAs)
    this.reads.set(subgraph, [...(this.reads.get(subgraph) ?? []), ...read.reads])
  }

  /** What settles the whole answer; undefined where something else does, too. `numbers`: by product, what was read. */
  publications(numbers: Readonly<Record<string, number>>): NamedPublications | undefined {
    if (!this.all || this.ids.size === 0) return undefined
    const named: Record<string, NamedPublications[string]> = {}
    for (const [product, publicationId] of this.ids) {
      const publication = numbers[product]
      if (publication === undefined) return undefined
      const servedAs = this.servedAs.get(product)
      named[product] = { publication, publicationId, ...(servedAs === undefined ? {} : { servedAs }) }
    }
    return named
  }
}
