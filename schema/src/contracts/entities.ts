import { type Problem, problem } from '../problems/problem.js'
import type { Dataset, Property } from './model.js'

/** What datasets of one product say of each other: each entity once, and relationships that lead to it to its key. */
export function checkEntities(datasets: Dataset[], problems: Problem[]): void {
  const owners = new Map<string, Dataset>()
  for (const dataset of datasets) {
    if (dataset.entity === undefined) continue
    const before = owners.get(dataset.entity)
    if (before !== undefined) {
      const details = { entity: dataset.entity, dataset: dataset.name, other: before.name }
      problems.push(problem('ENTITY_TWICE', details, dataset.place))
    }
    owners.set(dataset.entity, dataset)
  }
  for (const dataset of datasets) {
    for (const property of dataset.properties) {
      const owner = owners.get(property.relationship?.entity ?? '')
      if (owner !== undefined) checkTarget(property, dataset, owner, problems)
    }
    checkFields(dataset, problems)
  }
}

function checkTarget(property: Property, dataset: Dataset, owner: Dataset, problems: Problem[]): void {
  const key = owner.properties.find(candidate => candidate.name === owner.primaryKey[0])
  const { to } = property.relationship!
  const fits =
    owner.primaryKey.length === 1 &&
    to.property === key?.name &&
    (to.dataset ?? owner.name) === owner.name &&
    key.type.kind === property.type.kind
  if (fits) return
  const keys = owner.primaryKey.map(name => {
    const { type } = owner.properties.find(candidate => candidate.name === name)!
    return `${owner.name}.${name} (${type.kind})`
  })
  const details = {
    property: property.name,
    dataset: dataset.name,
    type: property.type.kind,
    expected: keys.join(', '),
  }
  problems.push(problem('RELATIONSHIP_TARGET', { ...details, entity: owner.entity }, property.place))
}

/** The field that a relationship adds stands beside the properties and needs a name of its own. */
function checkFields(dataset: Dataset, problems: Problem[]): void {
  const taken = new Set(dataset.properties.map(property => property.name))
  for (const property of dataset.properties) {
    const field = property.relationship?.field
    if (field === undefined) continue
    if (taken.has(field)) {
      const details = { property: property.name, dataset: dataset.name, field }
      problems.push(problem('RELATIONSHIP_FIELD_TAKEN', details, property.place))
    }
    taken.add(field)
  }
}
