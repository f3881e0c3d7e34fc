/** From the least strict to the strictest. Whatever stands in none of these counts as stricter than all. */
export const DEFAULT_CLASSIFICATIONS: readonly string[] = [
  'public',
  'internal',
  'personal',
  'confidential',
  'restricted',
]

/** How strict a classification is; words compare without their case. */
export class Classifications {
  private readonly rank: ReadonlyMap<string, number>

  constructor(readonly order: readonly string[] = DEFAULT_CLASSIFICATIONS) {
    this.rank = new Map(order.map((word, at) => [word.toLowerCase(), at]))
  }

  /** Above all for words that nobody has put in order, and for what is not classified at all: no grant by class reaches it. */
  strictnessOf(classification: string | undefined): number {
    return this.rank.get(classification?.toLowerCase() ?? '') ?? this.order.length
  }

  isStricter(one: string | undefined, other: string | undefined): boolean {
    return this.strictnessOf(one) > this.strictnessOf(other)
  }
}
