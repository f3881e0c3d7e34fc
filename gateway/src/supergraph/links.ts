import { type ConstDirectiveNode, type DocumentNode, Kind, visit } from 'graphql'

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
} {
  const names = {
    authorisation: {
      authenticated: new Set<string>(),
      requiresScopes: new Set<string>(),
      policy: new Set<string>(),
    },
    joinField: new Set<string>(),
    joinGraph: new Set<string>(),
  }
  for (const link of linksOf(supergraph)) {
    const feature = link.feature
    if (isAuthorisation(feature)) names.authorisation[feature].add(link.imports.get(`@${feature}`) ?? link.namespace)
    if (feature === 'join') {
      names.joinField.add(link.imports.get('@join__field') ?? `${link.namespace}__field`)
      names.joinGraph.add(link.imports.get('@join__graph') ?? `${link.namespace}__graph`)
    }
  }
  return names
}

/**
 * The supergraph as `@apollo/gateway` takes it. It refuses the three specifications by their `for: SECURITY`, because it
 * does not enforce them; this gateway does, and gives `@fromContext` its arguments, which that one's executor does not.
 * Anything else for SECURITY stays, and is refused. Goes when `@apollo/gateway`
 * can be told what is enforced elsewhere.
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
