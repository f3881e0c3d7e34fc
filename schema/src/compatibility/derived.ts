import type { Dataset, InputPort, Product, Property } from '../contracts/model.js'
import { type Problem, problem } from '../problems/problem.js'
import type { Classifications } from './classifications.js'
import { type ColumnSource, type ModelLineage, sourcesOf } from './column-lineage.js'

/** What an input port's own contract leaves unclassified; nothing is public by omission. */
const UNCLASSIFIED_SOURCE = 'internal'

export interface DerivedCheck {
  product: Product
  lineage: readonly ModelLineage[]
  classifications: Classifications
  /** The dataset that arrives at a port, if its contract is known: the port's own, or that of the product that feeds it. */
  arriving(port: InputPort): Dataset | undefined
}

/**
 * A derived property is classified at least as strictly as whatever it is computed from; and who sees that a row is there
 * may know what decided it. Both may be declassified by somebody who gives a reason.
 */
export function derivedProblems(check: DerivedCheck): Problem[] {
  const problems: Problem[] = []
  const unknown = new Set<InputPort>()
  for (const dataset of check.product.datasets) {
    const lineage = check.lineage.find(({ model }) => model === `output.${dataset.name}`)
    if (lineage === undefined) continue
    for (const property of dataset.properties) {
      const strictest = strictestOf(sourcesOf(lineage, property.name), check, unknown)
      problems.push(...judge(property, strictest, dataset, check))
    }
    problems.push(...rowProblems(dataset, strictestOf(lineage.conditions, check, unknown), check))
  }
  for (const { name, contractId, place } of unknown) {
    problems.push(problem('UPSTREAM_CLASSIFICATION_UNKNOWN', { port: name, contract: contractId }, placeOf({ place })))
  }
  return problems
}

interface Classified {
  /** `input.orders.email` */
  source: string
  classification?: string
  /** Nobody has classified it: `classification` is what that counts as. */
  assumed?: boolean
}

function strictestOf(
  sources: readonly ColumnSource[],
  check: DerivedCheck,
  unknown: Set<InputPort>,
): Classified | undefined {
  let strictest: Classified | undefined
  for (const source of sources) {
    const found = classify(source, check)
    if (!('classified' in found)) unknown.add(found.port)
    else {
      for (const one of found.classified) {
        if (!strictest || check.classifications.isStricter(one.classification, strictest.classification))
          strictest = one
      }
    }
  }
  return strictest
}

function classify(
  { table, column }: ColumnSource,
  check: DerivedCheck,
): { classified: Classified[] } | { port: InputPort } {
  const name = table.slice('input.'.length).toLowerCase()
  const port = check.product.inputPorts.find(port => port.name.toLowerCase() === name)
  if (port === undefined) return { classified: [{ source: `${table}.${column}` }] }
  const dataset = check.arriving(port)
  if (dataset === undefined) return { port }
  const fallback = port.source.kind === 'contract' ? UNCLASSIFIED_SOURCE : undefined
  const properties = dataset.properties.filter(
    ({ name }) => column === '*' || name.toLowerCase() === column.toLowerCase(),
  )
  if (properties.length === 0) return { classified: [{ source: `${table}.${column}` }] }
  return {
    classified: properties.map(property => ({
      source: `${table}.${property.name}`,
      ...classifiedAs(property.classification ?? fallback),
      ...(property.classification === undefined ? { assumed: true } : {}),
    })),
  }
}

function judge(
  property: Property,
  strictest: Classified | undefined,
  dataset: Dataset,
  { classifications }: DerivedCheck,
): Problem[] {
  const { name, classification, declassified } = property
  const place = placeOf(property)
  const details = {
    property: name,
    dataset: dataset.name,
    classification: said(classification),
    source: strictest?.source,
    stricter: strictness(strictest),
    from: declassified?.from,
  }
  const less = strictest !== undefined && classifications.isStricter(strictest.classification, classification)
  if (!less) return declassified ? [problem('DECLASSIFICATION_UNUSED', { what: `${dataset.name}.${name}` }, place)] : []
  if (declassified === undefined) return [problem('DERIVED_LESS_STRICT', details, place)]
  return classifications.isStricter(strictest.classification, declassified.from)
    ? [problem('DECLASSIFICATION_TOO_LOW', { ...details, what: `${dataset.name}.${name}` }, place)]
    : []
}

/** Whoever reads the least strict property sees which rows there are. */
function rowProblems(
  dataset: Dataset,
  strictest: Classified | undefined,
  { classifications }: DerivedCheck,
): Problem[] {
  const [least] = dataset.properties.toSorted(
    (one, other) =>
      classifications.strictnessOf(one.classification) - classifications.strictnessOf(other.classification),
  )
  const place = placeOf(dataset)
  const less = least && strictest && classifications.isStricter(strictest.classification, least.classification)
  if (!less) {
    return dataset.declassified
      ? [problem('DECLASSIFICATION_UNUSED', { what: `The rows of ${dataset.name}` }, place)]
      : []
  }
  const details = {
    what: `The rows of ${dataset.name}`,
    dataset: dataset.name,
    property: least.name,
    classification: said(least.classification),
    source: strictest.source,
    stricter: strictness(strictest),
    from: dataset.declassified?.from,
  }
  if (dataset.declassified === undefined) return [problem('DERIVED_ROWS_LESS_STRICT', details, place)]
  return classifications.isStricter(strictest.classification, dataset.declassified.from)
    ? [problem('DECLASSIFICATION_TOO_LOW', details, place)]
    : []
}

const classifiedAs = (classification: string | undefined) => (classification === undefined ? {} : { classification })

function strictness(of: Classified | undefined): string {
  if (of?.classification === undefined) return 'not classified and so the strictest'
  return of.assumed ? `not classified and so ${of.classification}` : of.classification
}

const said = (classification: string | undefined) => classification ?? 'not classified'

function placeOf({ place }: Pick<Property, 'place'>) {
  return { file: place.file, line: place.line, column: place.column }
}
