import { nearest, type Problem, type Product, problem } from '@terrane/schema'
import { arriving } from './arriving.js'
import type { Checked, Surroundings } from './checked.js'

/**
 * What a product takes from others, a contract or an entity, is there: with others to look at it is an error that nobody
 * has it; a product checked by itself is only told what could not be looked at.
 */
export function checkOffered(all: readonly Checked[], { beside, neighbours }: Surroundings): void {
  const alone = all.length === 1 && neighbours.length === 0 && beside.every(({ name }) => name === all[0]!.name)
  const contracts = beside.flatMap(({ outputPorts }) => outputPorts.map(({ contract }) => contract.id))
  const entities = new Set([
    ...beside.flatMap(({ datasets }) => datasets.flatMap(({ entity }) => entity ?? [])),
    ...neighbours.flatMap(({ sdl }) => ownedIn(sdl)),
  ])
  for (const one of all) {
    if (!one.product) continue
    one.problems.push(
      ...unknownContracts(one.product, beside, alone ? undefined : contracts),
      ...unknownEntities(one.product, entities, alone),
    )
  }
}

/** Entities of a subgraph that it does not merely refer to. */
function ownedIn(sdl: string): string[] {
  return [...sdl.matchAll(/^type (\w+)[^{]*@key\(fields: "[^"]*"\)/gm)].map(([, name]) => name!)
}

function unknownContracts(product: Product, beside: readonly Product[], known?: readonly string[]): Problem[] {
  return product.inputPorts.flatMap(port => {
    if (port.source.kind === 'contract' || arriving(port, beside)) return []
    const { file, line, column } = port.place
    const offered = beside
      .flatMap(({ outputPorts }) => outputPorts)
      .find(({ contract }) => contract.id === port.contractId)
    if (offered) {
      const datasets = offered.contract.datasets.map(({ name }) => name).join(', ')
      return [problem('PORT_DATASET_UNCLEAR', { name: port.name, datasets }, { file, line, column })]
    }
    const details = { port: port.name, contract: port.contractId }
    if (!known) return [problem('UPSTREAM_CONTRACT_NOT_HERE', details, { file, line, column })]
    const suggestion = suggest(
      port.contractId,
      known,
      'put the product that offers it beside these, or name it in --with',
    )
    return [problem('UPSTREAM_CONTRACT_UNKNOWN', { ...details, suggestion }, { file, line, column })]
  })
}

function unknownEntities({ datasets }: Product, known: ReadonlySet<string>, alone: boolean): Problem[] {
  return datasets.flatMap(dataset =>
    dataset.properties.flatMap(({ name, relationship, place }) => {
      if (!relationship || known.has(relationship.entity)) return []
      const { entity } = relationship
      const suggestion = suggest(entity, known, 'put the product that owns it beside these, or name it in --with')
      const details = { property: name, dataset: dataset.name, entity, suggestion }
      return [problem(alone ? 'ENTITY_NOT_HERE' : 'ENTITY_UNKNOWN', details, place)]
    }),
  )
}

function suggest(name: string, known: Iterable<string>, otherwise: string): string {
  const near = nearest(name, known)
  return near ? `Did you mean ${near}?` : `Correct it, ${otherwise}.`
}
