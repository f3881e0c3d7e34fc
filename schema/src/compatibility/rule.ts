import type { Contract, Dataset, Position, Product, Property } from '../contracts/model.js'
import type { Concern, Level } from './change.js'
import type { Classifications } from './classifications.js'

/** What one rule can find; the documentation and the specification are made of it. */
export interface Outcome {
  level: Level
  concern?: Concern
  /** Why it is of that level, in one sentence. */
  because: string
  /** Two states of the same small product that differ in just this. */
  example: Example
}

/** YAML that is put into a contract's properties, a dataset, a contract, a descriptor; or two schemas. */
export interface Example {
  in: 'properties' | 'dataset' | 'contract' | 'product' | 'schema'
  before: string
  after: string
}

export interface Pair<T> {
  before: T
  after: T
}

export interface Context {
  classifications: Classifications
  /** `2026-11-25`: what may go on a certain day may go from that day on. */
  today: string
  report(code: string, subject: string, message: string, place?: Position): void
}

/** One rule a file. Each compares what it knows about; `compare` walks the products. */
export interface Rule {
  outcomes: Record<string, Outcome>
  product?(pair: Pair<Product>, context: Context): void
  contract?(pair: Pair<Contract>, context: Context): void
  dataset?(pair: Pair<Dataset>, context: Context): void
  /** `subject` is `orders.amount`. */
  property?(pair: Pair<Property>, subject: string, context: Context, of: Pair<Dataset>): void
  /** Names of graphql-js's breaking and dangerous changes, and the code of ours for each. */
  graph?: Record<string, string>
}

/** The contracts of a product's output ports, each once. */
export function contractsOf(product: Product): Contract[] {
  return [...new Set(product.outputPorts.map(({ contract }) => contract))]
}
