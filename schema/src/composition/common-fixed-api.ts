import { type DocumentNode, Kind, type ObjectTypeDefinitionNode } from 'graphql'
import { FIXED_TYPES } from '../graph/fixed-types.js'

/**
 * The fixed API as far as all of the products serve it. A type that products share without a key can only be asked of
 * the product at hand: a field that another version of Terrane does not have there would make the whole mesh
 * unsatisfiable. Such fields are left out; the products that have them answer them at their own addresses.
 */
export function commonFixedApi<Service extends { typeDefs: DocumentNode }>(services: readonly Service[]): Service[] {
  const common = new Map<string, Set<string>>()
  for (const { typeDefs } of services) {
    for (const [type, fields] of fixedFields(typeDefs)) {
      const before = common.get(type)
      common.set(type, before === undefined ? fields : new Set([...before].filter(name => fields.has(name))))
    }
  }
  return services.map(service => ({ ...service, typeDefs: keepOnly(service.typeDefs, common) }))
}

function fixedFields(document: DocumentNode): Map<string, Set<string>> {
  const found = new Map<string, Set<string>>()
  for (const definition of document.definitions) {
    if (isFixed(definition)) {
      found.set(definition.name.value, new Set(definition.fields?.map(field => field.name.value)))
    }
  }
  return found
}

function keepOnly(document: DocumentNode, common: Map<string, Set<string>>): DocumentNode {
  const definitions = document.definitions.map(definition => {
    if (!isFixed(definition)) return definition
    const kept = common.get(definition.name.value)!
    const fields = definition.fields?.filter(field => kept.has(field.name.value)) ?? []
    return { ...definition, fields }
  })
  return { ...document, definitions }
}

/** Output types that mean the same in every product; what others share among themselves is their own affair. */
function isFixed(definition: DocumentNode['definitions'][number]): definition is ObjectTypeDefinitionNode {
  if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION) return false
  const shared = definition.directives?.some(({ name }) => name.value === 'shareable')
  const { value: name } = definition.name
  return Boolean(shared) && (FIXED_TYPES.includes(name) || name.startsWith('DataProduct'))
}
