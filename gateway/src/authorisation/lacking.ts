import { allows, type Caller, type ProductDecision } from '@terrane/schema/authorisation'
import type { Requirement } from './required-rights.js'

/** What one operation may do, as far as the graph's directives can say. */
export interface Rights {
  caller: Caller
  decisions: ReadonlyMap<string, ProductDecision>
  /** Products that cannot say what they granted. */
  unreachable: ReadonlySet<string>
  /** Policies of foreign subgraphs: policy → roles that meet it. */
  policies: Readonly<Record<string, readonly string[]>>
}

/**
 * The first demand that is not met, in words for the one who asks; undefined where all are. An empty list of
 * alternatives can be met by nobody: a demand for nothing is a mistake, and mistakes close.
 */
export function lacking(requirements: readonly Requirement[], rights: Rights): string | undefined {
  for (const requirement of requirements) {
    if (requirement.kind === 'authenticated') {
      if (!rights.caller.authenticated) return 'a signed-in caller'
    } else {
      const holds =
        requirement.kind === 'scopes'
          ? (scope: string) => rights.caller.scopes.includes(scope)
          : (policy: string) => meets(policy, rights)
      if (!requirement.anyOf.some(all => all.every(holds))) {
        const wanted = requirement.anyOf.map(all => all.join(' and ')).join(', or ')
        if (requirement.kind === 'scopes') return `the scope ${wanted || NOTHING}`
        const silent = requirement.anyOf
          .flat()
          .map(productOf)
          .find(product => rights.unreachable.has(product))
        if (silent) return `the grant ${wanted}, and ${silent} does not answer whether you have it`
        return `the grant ${wanted || NOTHING}`
      }
    }
  }
  return undefined
}

function meets(policy: string, rights: Rights): boolean {
  const decision = rights.decisions.get(productOf(policy))
  if (decision) return allows(decision, policy)
  const roles = Object.hasOwn(rights.policies, policy) ? rights.policies[policy]! : []
  return roles.some(role => rights.caller.roles.includes(role))
}

const productOf = (policy: string) => policy.split('/')[0]!

const NOTHING = '(none satisfies it)'
