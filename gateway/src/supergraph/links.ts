import { type ConstDirectiveNode, type DocumentNode, Kind, type NameNode, visit } from 'graphql'

/** The specifications whose directives decide who sees what. https://specs.apollo.dev/<name>/v0.1 */
const AUTHORISATION = ['authenticated', 'requiresScopes', 'policy'] as const
export type AuthorisationDirective = (typeof AUTHORISATION)[number]

/**
 * What a supergraph calls the directives of a specification: `@link(url, import: [{name: "@policy", as: "@grant"}])`
 * and `@link(url, as: "grant")` rename them.
 */
export function directiveNames(supergraph: DocumentNode): {
  authorisation: Record<AuthorisationDirective, Set<string>>
  joinField: Set<string>
  joinGraph: Set<string>
  context: Set<string>
} {
  const names = {
    authorisation: {
      authenticated: new Set<string>(),
      requiresScopes: new Set<string>(),
      policy: new Set<string>(),
    },
    joinField: new Set<string>(),
    joinGraph: new Set<string>(),
    context: new Set<string>(),
  }
  for (const link of linksOf(supergraph)) {
    const feature = link.feature
    if (isAuthorisation(feature)) names.authorisation[feature].add(link.imports.get(`@${feature}`) ?? link.namespace)
    if (feature === 'context') names.context.add(link.imports.get('@context') ?? link.namespace)
    if (feature === 'join') {
      names.joinField.add(link.imports.get('@field') ?? `${link.namespace}__field`)
      names.joinGraph.add(link.imports.get('@graph') ?? `${link.namespace}__graph`)
    }
  }
  return names
}

/**
 * The supergraph as Apollo's libraries for gateways take it, the planner too. They refuse the three specifications by their
 * `for: SECURITY`, and `@context`, because Apollo's gateway runs neither; this one enforces the former and gives
 * `@fromContext` its arguments. Anything else for SECURITY stays, and is refused.
 */
export function withoutEnforcedPurpose(supergraph: DocumentNode): DocumentNode {
  return visit(supergraph, {
    Directive(node) {
      const feature = featureOf(node as ConstDirectiveNode)
      if (feature === undefined || !(isAuthorisation(feature) || feature === 'context')) return undefined
      return { ...node, arguments: node.arguments?.filter(argument => argument.name.value !== 'for') }
    },
  })
}

/**
 * The supergraph with the join specification's directives and types under their usual names: `@join__field` for the
 * `@j__field` of `@link(url: ".../join/v0.5", as: "j")` and for the `@of` of an import `{name: "@field", as: "@of"}`.
 */
export function withUsualJoinNames(supergraph: DocumentNode): DocumentNode {
  const link = linksOf(supergraph).find(({ feature }) => feature === 'join')
  if (!link || (link.namespace === 'join' && link.imports.size === 0)) return supergraph
  const imported = new Map([...link.imports].map(([name, as]) => [name.startsWith('@') ? `@${as}` : as, bare(name)]))
  const prefix = `${link.namespace}__`
  const usual = <Node extends { name: NameNode }>(node: Node, sign = ''): Node | undefined => {
    const { value } = node.name
    const name = imported.get(sign + value) ?? (value.startsWith(prefix) ? value.slice(prefix.length) : undefined)
    return name === undefined ? undefined : { ...node, name: { ...node.name, value: `join__${name}` } }
  }
  const type = <Node extends { name: NameNode }>(node: Node) => usual(node)
  return visit(supergraph, {
    NamedType: type,
    EnumTypeDefinition: type,
    ScalarTypeDefinition: type,
    InputObjectTypeDefinition: type,
    DirectiveDefinition: node => usual(node, '@'),
    Directive(node) {
      if (featureOf(node as ConstDirectiveNode) !== 'join') return usual(node, '@')
      return {
        ...node,
        arguments: node.arguments?.filter(({ name }) => name.value !== 'as' && name.value !== 'import'),
      }
    },
  })
}

interface Link {
  feature: string
  namespace: string
  /** `@policy` → `grant` */
  imports: Map<string, string>
}

function linksOf(supergraph: DocumentNode): Link[] {
  return supergraph.definitions
    .filter(one => one.kind === Kind.SCHEMA_DEFINITION || one.kind === Kind.SCHEMA_EXTENSION)
    .flatMap(definition => definition.directives ?? [])
    .flatMap(directive => {
      const feature = featureOf(directive)
      if (feature === undefined) return []
      const as = argumentOf(directive, 'as')
      const imported = argumentOf(directive, 'import')
      return [
        {
          feature,
          namespace: as?.kind === Kind.STRING ? as.value : feature,
          imports: imported?.kind === Kind.LIST ? new Map(imported.values.flatMap(importOf)) : new Map(),
        },
      ]
    })
}

type ConstValue = NonNullable<ReturnType<typeof argumentOf>>

function importOf(value: ConstValue): [string, string][] {
  if (value.kind === Kind.STRING) return [[value.value, bare(value.value)]]
  if (value.kind !== Kind.OBJECT) return []
  const text = (name: string) => {
    const field = value.fields.find(one => one.name.value === name)?.value
    return field?.kind === Kind.STRING ? field.value : undefined
  }
  const name = text('name')
  return name === undefined ? [] : [[name, bare(text('as') ?? name)]]
}

/** `policy` of `https://specs.apollo.dev/policy/v0.1`. */
function featureOf(directive: ConstDirectiveNode): string | undefined {
  const url = argumentOf(directive, 'url') ?? argumentOf(directive, 'feature')
  if (url?.kind !== Kind.STRING) return undefined
  return /^https:\/\/specs\.apollo\.dev\/([A-Za-z]\w*)\/v\d+\.\d+\/?$/.exec(url.value)?.[1]
}

function argumentOf(directive: ConstDirectiveNode, name: string) {
  return directive.arguments?.find(argument => argument.name.value === name)?.value
}

const bare = (name: string) => name.replace(/^@/, '')
const isAuthorisation = (feature: string): feature is AuthorisationDirective =>
  (AUTHORISATION as readonly string[]).includes(feature)
