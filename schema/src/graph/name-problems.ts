import type { Place, Problem } from '../problems/problem.js'
import { problem } from '../problems/problem.js'
import { FIXED_TYPES } from './fixed-types.js'
import type { GraphNames } from './names.js'
import { referencesOf } from './references.js'
import type { EnumPlan, FieldPlan, Naming, TypePlan } from './type-plan.js'

/** What a name in the graph comes from, for people, and where it is written. */
interface Origin {
  what: string
  place?: Place
}

/** Names that are none in GraphQL, and names that became one. Each pair is told once, at its second place. */
export function nameProblems(graph: GraphNames, plans: TypePlan[]): Problem[] {
  const found = new Map<string, Problem>()
  const check = (taken: Map<string, Origin>, name: string, origin: Origin) => {
    if (!/^(?!__)[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      found.set(origin.what, problem('GRAPH_NAME_UNUSABLE', { what: origin.what, name }, origin.place))
      return
    }
    const first = taken.get(name)
    if (first === undefined) taken.set(name, origin)
    else {
      const pair = [first.what, origin.what].join('\n')
      if (!found.has(pair)) {
        const where = first.place ? ` (${first.place.file}:${first.place.line ?? 1})` : ''
        const details = { name, first: first.what + where, second: origin.what }
        found.set(pair, problem('GRAPH_NAME_COLLISION', details, origin.place))
      }
    }
  }

  const types = new Map<string, Origin>(FIXED_TYPES.map(name => [name, { what: 'a type of the fixed API' }]))
  for (const plan of plans) {
    const origin = originOf(graph, plan.dataset === undefined ? plan.origin : { dataset: plan.dataset })
    if (plan.name !== 'Query' && plan.name !== 'Mutation') check(types, plan.name, origin)
    const members = new Map<string, Origin>()
    for (const member of plan.kind === 'enum' ? plan.members : plan.fields) {
      check(members, member.name, originOf(graph, member.names?.at(-1), member))
    }
  }
  return [...found.values(), ...referenceProblems(graph), ...entityProblems(graph)]
}

function referenceProblems(graph: GraphNames): Problem[] {
  return referencesOf(graph).flatMap(({ from, property, entity, keyField, target }) => {
    if (!target) return []
    const [key, ...more] = target.key
    if (key?.field === keyField && more.length === 0) return []
    const details = { property: property.property.name, dataset: from.dataset.name, entity, field: keyField }
    return [problem('GRAPH_REFERENCE_NOT_KEY', details, property.property.place)]
  })
}

/** Others refer to an entity by its key. */
function entityProblems(graph: GraphNames): Problem[] {
  return graph.datasets.flatMap(({ dataset, key }) =>
    dataset.entity === undefined || key.length > 0
      ? []
      : [problem('GRAPH_ENTITY_WITHOUT_KEY', { dataset: dataset.name, entity: dataset.entity }, dataset.place)],
  )
}

function originOf(
  graph: GraphNames,
  naming: Naming | undefined,
  member?: FieldPlan | EnumPlan['members'][number],
): Origin {
  const dataset = naming && graph.dataset(naming.dataset)?.dataset
  if (!dataset) {
    if (member) return { what: `\`${member.name}\`, which every product has,` }
    return { what: `the product ${graph.product.name}`, place: { file: graph.product.file } }
  }
  const property = dataset.properties.find(({ name }) => name === naming.property)
  if (!property) return { what: `dataset ${dataset.name}`, place: dataset.place }
  return {
    what: (member as FieldPlan | undefined)?.origin ?? `property ${property.name} of ${dataset.name}`,
    place: property.place,
  }
}
