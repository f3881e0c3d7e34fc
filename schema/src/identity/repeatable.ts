/**
 * What a subgraph says of an answer, as `extensions.terrane.repeatable`: that it is settled by the publication, the
 * question and the decision alone, so that whoever has it may give it again while the publication is in force. Whoever
 * does tells the product by `Repeat`.
 */
export interface Repeatable {
  /**
   * Fingerprint of the decision that was enforced. Another than was handed over where the product's own denials were added
   * to it: then the answer is good for this once only.
   */
  decision: string
  /**
   * Of the publication that was read: no other has the same, also not one of the same number in a home that was begun
   * again. News of publications carry it as well, as `publicationId`.
   */
  publicationId: string
  /**
   * Of the software and the contracts by which it was read: what is served otherwise has another, without another
   * publication. News of publications carry it as well.
   */
  servedAs?: string
  /** What was read for it, as the audit has it. */
  reads: RepeatableRead[]
}

export interface RepeatableRead {
  dataset: string
  publication: number
  properties: string[]
  rows?: number
}

/** An answer that was given again. `POST` to `REPEATS_PATH`, as `{ repeats: Repeat[] }`, by the mesh itself. */
export interface Repeat {
  /** What is told twice under one is written once: whoever tells may not learn that it was told. 1 to 30 of `a-z0-9-`. */
  id?: string
  /** ISO 8601, as `Date` writes it. */
  at: string
  subject: string
  reads: RepeatableRead[]
  /** Policy keys that the question lost. */
  denied: string[]
}
