import { type ConstDirectiveNode, type DocumentNode, Kind } from 'graphql'
import { withUsualJoinNames } from '../../supergraph/links.js'
import { argument } from './join-directives.js'

/** The supergraph as plans are made of it, but for what `withRequiredFields` adds. */
export function inPlanningOrder(supergraph: DocumentNode): DocumentNode {
  return withResolvableKeysFirst(withUsualJoinNames(supergraph))
}

/**
 * Keys by which a subgraph cannot be asked, behind those by which it can: Apollo's planner may take the first one for
 * the way back. Goes when it asks whether a key is resolvable.
 */
function withResolvableKeysFirst(supergraph: DocumentNode): DocumentNode {
  const inOrder = <Type extends { directives?: readonly ConstDirectiveNode[] }>(type: Type): Type => {
    const { directives = [] } = type
    const last = directives.filter(one => one.name.value === 'join__type' && argument(one, 'resolvable') === 'false')
    if (last.length === 0) return type
    return { ...type, directives: [...directives.filter(one => !last.includes(one)), ...last] }
  }
  const definitions = supergraph.definitions.map(one =>
    one.kind === Kind.OBJECT_TYPE_DEFINITION || one.kind === Kind.INTERFACE_TYPE_DEFINITION ? inOrder(one) : one,
  )
  return { ...supergraph, definitions }
}
