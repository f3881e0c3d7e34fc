import type { OperationAnswer } from './executor.js'

/** A publication as an answer says that it has read it. */
export interface ReadPublication {
  publication: number
  /** Unlike any other's, also where a product began again with an empty home. Undefined where the product does not say. */
  publicationId?: string | undefined
}

/**
 * One operation reads one publication of each product. The first answer of a product says which one it read; later
 * fetches ask for exactly that. Parallel first fetches wait for the first one's answer.
 */
export class PublicationPins {
  private readonly pinned = new Map<string, ReadPublication>()
  private readonly lost = new Set<string>()
  private readonly first = new Map<string, Promise<unknown>>()

  /**
   * `fetch` gets the publication to ask for, undefined for the first. `read` takes out of the answer what was read. `known`
   * has answers at hand: of that publication, or of any where none is read yet.
   */
  async through<Answer>(
    product: string,
    fetch: (pinned: ReadPublication | undefined) => Promise<Answer>,
    read: (answer: Answer) => ReadPublication | undefined,
    known?: (pinned: ReadPublication | undefined) => Answer | undefined,
  ): Promise<Answer> {
    // A first fetch that failed pins nothing, so whoever wakes up next may be the first; hence the loop.
    for (;;) {
      const pinned = this.pinned.get(product)
      if (pinned !== undefined) return known?.(pinned) ?? fetch(pinned)
      const underWay = this.first.get(product)
      if (underWay === undefined) break
      await underWay
    }
    const pin = (answer: Answer) => {
      const publication = read(answer)
      if (publication) this.pinned.set(product, publication)
      return answer
    }
    const found = known?.(undefined)
    if (found !== undefined) return pin(found)
    const answering = fetch(undefined).then(pin)
    const settled = answering.then(
      () => this.first.delete(product),
      () => this.first.delete(product),
    )
    this.first.set(product, settled)
    return answering
  }

  /** What an answer from before was made of is what this operation reads. */
  take(publications: Readonly<Record<string, ReadPublication>>): void {
    for (const product in publications) this.pinned.set(product, publications[product]!)
  }

  /** The product has no more what this operation reads of it. */
  lose(product: string): void {
    this.lost.add(product)
  }

  /** Whether the operation can no more be answered of one publication of each product. */
  get isBroken(): boolean {
    return this.lost.size > 0
  }

  /** The operation begins anew, of what is in force by then. */
  forget(): void {
    this.pinned.clear()
    this.lost.clear()
    this.first.clear()
  }

  /** Product → publication that this operation read. */
  all(): Record<string, number> {
    const all: Record<string, number> = {}
    for (const [product, { publication }] of this.pinned) all[product] = publication
    return all
  }

  get size(): number {
    return this.pinned.size
  }
}

/** The answer with what it was made of: product → publication. */
export function withPublications(answer: OperationAnswer, publications: Record<string, number>): OperationAnswer {
  const terrane = { ...(answer.extensions?.terrane as object | undefined), publications }
  return { ...answer, extensions: { ...answer.extensions, terrane } }
}
