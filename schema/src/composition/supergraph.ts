import { composeServices } from '@apollo/composition'
import { type DocumentNode, GraphQLError, Kind, type ObjectTypeDefinitionNode, parse, type TypeNode } from 'graphql'
import { type Problem, problem } from '../problems/problem.js'
import { commonFixedApi } from './common-fixed-api.js'

/** One product's part of the mesh. */
export interface Subgraph {
  name: string
  url: string
  sdl: string
}

export interface ComposeOptions {
  /**
   * Whether it is held that every field can be reached from wherever it can be asked for. Most of the time goes into it:
   * what was checked when it was published needs it no more. Default true.
   */
  satisfiability?: boolean
}

/**
 * Composes the products' subgraphs. The supergraph keeps `for: SECURITY`: a router that cannot enforce the policies must
 * refuse it. Problems name the products concerned; with any there is no supergraph.
 */
export function composeSupergraph(
  subgraphs: Subgraph[],
  { satisfiability = true }: ComposeOptions = {},
): { supergraph?: string; problems: Problem[] } {
  const parsed = subgraphs.map(subgraph => ({ ...subgraph, typeDefs: parsedOr(subgraph) }))
  const invalid = parsed.flatMap(({ typeDefs }) => ('code' in typeDefs ? [typeDefs] : []))
  if (invalid.length > 0) return { problems: invalid }
  const services = parsed as (Subgraph & { typeDefs: DocumentNode })[]
  const collisions = [...namedTwice(subgraphs), ...madeTwice(services)]
  if (collisions.length > 0) return { problems: collisions }
  const result = composeServices(
    commonFixedApi(services).map(({ name, url, typeDefs }) => ({ name, url, typeDefs })),
    { runSatisfiability: satisfiability },
  )
  return result.errors === undefined
    ? { supergraph: result.supergraphSdl, problems: [] }
    : { problems: result.errors.map(compositionProblem) }
}

function parsedOr({ name, sdl }: Subgraph): DocumentNode | Problem {
  try {
    return parse(sdl)
  } catch (error) {
    return problem('SUPERGRAPH_SUBGRAPH_INVALID', { subgraph: name, reason: (error as Error).message })
  }
}

function namedTwice(subgraphs: Subgraph[]): Problem[] {
  const first = new Map<string, string>()
  return subgraphs.flatMap(({ name, url }) => {
    const before = first.get(name)
    if (before !== undefined) return [problem('SUPERGRAPH_NAME_TWICE', { name, first: before, second: url })]
    first.set(name, url)
    return []
  })
}

/**
 * Names of two products that became one (`uk-sales`/`orders` and `uk`/`sales-orders`), and entities with two owners.
 * Composition would name one field after another of what they are made of, or merge them in silence where they differ.
 */
function madeTwice(services: { name: string; typeDefs: DocumentNode }[]): Problem[] {
  const makers = new Map<string, string>()
  return services.flatMap(({ name: service, typeDefs }) =>
    [...ownNames(typeDefs)].flatMap(name => {
      const first = makers.get(name)
      makers.set(name, first ?? service)
      return first === undefined || first === service
        ? []
        : [problem('SUPERGRAPH_NAME_COLLISION', { name, first, second: service })]
    }),
  )
}

/** Root fields, and the types of rows and connections: what only one product may make. */
function ownNames(document: DocumentNode): Set<string> {
  const names = new Set<string>()
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OBJECT_TYPE_DEFINITION || definition.directives?.some(isShareable)) continue
    const type = definition.name.value
    if (type === 'Query' || type === 'Mutation') {
      for (const field of definition.fields ?? []) {
        // `_service` and `_entities` are every subgraph's.
        const federations = field.name.value.startsWith('_')
        if (!federations && !field.directives?.some(isShareable)) names.add(`${type}.${field.name.value}`)
      }
    } else if (isConnection(definition)) {
      names.add(type)
      names.add(namedType(definition.fields!.find(field => field.name.value === 'nodes')!.type))
    }
  }
  return names
}

const isShareable = (directive: { name: { value: string } }) => directive.name.value === 'shareable'

/** As Terrane makes them; subgraphs of others may share theirs as they like. */
function isConnection(type: ObjectTypeDefinitionNode): boolean {
  const fields = type.fields?.map(field => field.name.value) ?? []
  return type.name.value.endsWith('Connection') && ['nodes', 'edges', 'pageInfo'].every(name => fields.includes(name))
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type)
}

function compositionProblem(error: GraphQLError): Problem {
  const { extensions, message } = error
  const nodes = (error.nodes ?? []) as readonly { subgraph?: string }[]
  const named = /^\[([^\]]+)\] (.*)$/s.exec(message)
  const subgraphs = [...new Set(nodes.flatMap(node => node.subgraph ?? []))]
  if (named) return problem('SUPERGRAPH_SUBGRAPH_INVALID', { subgraph: named[1], reason: named[2] })
  return problem('SUPERGRAPH_COMPOSITION', {
    subgraphs: subgraphs.length > 0 ? subgraphs.join(', ') : 'The products',
    composition: String(extensions.code ?? 'COMPOSITION'),
    reason: message,
  })
}
