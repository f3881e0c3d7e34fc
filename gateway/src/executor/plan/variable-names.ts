import { type DocumentNode, Kind, type OperationDefinitionNode, visit } from 'graphql'
import { type Fields, own, setOwn } from './place.js'

/** What the planner calls variables of its own: of a client's with the same name one request could not tell them apart. */
const OF_THE_PLANNER = /^(representations$|contextualArgument_)/

/**
 * A question whose variables have other names than the planner's own; `given` are their values under the names that
 * they have there.
 */
export function withVariablesApart(
  document: DocumentNode,
  operation: OperationDefinitionNode,
): { document: DocumentNode; given: (variables: Fields) => Fields } {
  const names = (operation.variableDefinitions ?? []).map(({ variable }) => variable.name.value)
  const clashing = names.filter(name => OF_THE_PLANNER.test(name))
  if (clashing.length === 0) return { document, given: variables => variables }
  const taken = new Set(names)
  const renamed = new Map(clashing.map(name => [name, unusedName(name, taken)]))
  return {
    document: visit(document, {
      [Kind.VARIABLE]: variable => {
        const value = renamed.get(variable.name.value)
        return value === undefined ? undefined : { ...variable, name: { ...variable.name, value } }
      },
    }),
    given: variables => {
      const all: Fields = { ...variables }
      for (const [name, of] of renamed) if (Object.hasOwn(variables, name)) setOwn(all, of, own(variables, name))
      return all
    },
  }
}

function unusedName(name: string, taken: Set<string>): string {
  let unused = `client_${name}`
  while (taken.has(unused)) unused = `client_${unused}`
  taken.add(unused)
  return unused
}
