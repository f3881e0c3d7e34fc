import type { Change, Classifications, ModelLineage, Problem, Product, Version } from '@terrane/schema'

/** A product folder on its way through the checks; each check adds what it finds. */
export interface Checked {
  /** As given on the command line, resolved. */
  folder: string
  /** The product's name, or the folder's where it cannot be read. */
  name: string
  product?: Product
  /** Its subgraph; missing where its names do not make one. */
  sdl?: string
  lineage?: ModelLineage[]
  /** What it was compared with: `published 1.0.0`, `origin/main`. Missing where there is nothing yet. */
  against?: string
  problems: Problem[]
  changes: Change[]
}

/** What the checks of one command may look at besides the products themselves. */
export interface Surroundings {
  /** All products that may feed others: those checked, those beside them, and published ones. */
  beside: readonly Product[]
  /** Subgraphs of products that are not checked: from beside, else as published. */
  neighbours: readonly { name: string; sdl: string }[]
  /** What a version is compared with, if there is something that differs from it. */
  baseline(now: Version): Promise<{ version?: Version; against?: string; problems: Problem[] }>
  classifications: Classifications
  /** ISO date. */
  today: string
}

export const isError = (problem: Problem) => problem.severity === 'error'
