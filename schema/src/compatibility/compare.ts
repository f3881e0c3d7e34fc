import type { Dataset, Product } from '../contracts/model.js'
import type { Change, Level } from './change.js'
import { Classifications } from './classifications.js'
import { compareGraphs } from './graph.js'
import { type Context, contractsOf, type Pair } from './rule.js'
import { RULES } from './rules/index.js'

/** A product as it is promised at one time: its contracts, and the graph that they make. */
export interface Version {
  product: Product
  /** Federation 2 subgraph. */
  sdl: string
}

export interface CompareOptions {
  classifications?: Classifications
  /** ISO date; default today's. */
  today?: string
}

const ORDER: Level[] = ['breaking', 'dangerous', 'safe']
const OUTCOMES = new Map(RULES.flatMap(rule => Object.entries(rule.outcomes)))

/** All that is different between two versions of a product, the worst first. */
export function compare(before: Version, after: Version, options: CompareOptions = {}): Change[] {
  const changes: Change[] = []
  const context: Context = {
    classifications: options.classifications ?? new Classifications(),
    today: options.today ?? new Date().toISOString().slice(0, 10),
    report(code, subject, message, place) {
      const outcome = OUTCOMES.get(code)
      if (outcome === undefined) throw new TypeError(`Expected a code that a rule knows, found ${code}.`)
      const { level, concern } = outcome
      const position = place && { file: place.file, line: place.line, column: place.column }
      changes.push({ code, level, ...(concern ? { concern } : {}), subject, message, ...position })
    },
  }
  compareProducts({ before: before.product, after: after.product }, context)
  compareGraphs({ before, after }, context)
  return changes
    .map((change, at) => ({ change, at }))
    .sort((a, b) => ORDER.indexOf(a.change.level) - ORDER.indexOf(b.change.level) || a.at - b.at)
    .map(({ change }) => change)
}

function compareProducts(pair: Pair<Product>, context: Context): void {
  for (const rule of RULES) rule.product?.(pair, context)
  for (const after of contractsOf(pair.after)) {
    const before = contractsOf(pair.before).find(({ id }) => id === after.id)
    if (before) for (const rule of RULES) rule.contract?.({ before, after }, context)
  }
  for (const after of pair.after.datasets) {
    const before = pair.before.datasets.find(({ name }) => name === after.name)
    if (before) compareDatasets({ before, after }, context)
  }
}

function compareDatasets(pair: Pair<Dataset>, context: Context): void {
  for (const rule of RULES) rule.dataset?.(pair, context)
  for (const after of pair.after.properties) {
    const before = pair.before.properties.find(({ name }) => name === after.name)
    const subject = `${pair.after.name}.${after.name}`
    if (before) for (const rule of RULES) rule.property?.({ before, after }, subject, context, pair)
  }
}
