import { type GraphQLObjectType, type GraphQLResolveInfo, getArgumentValues, getNamedType } from 'graphql'
import { selectionOf } from './selection.js'
import { badInput } from './user-input.js'

/**
 * GraphQL runs root mutations one after another, but the fields inside one of them in parallel (October 2021, §6.2.2):
 * two changes in one namespace would race. Dry runs change nothing.
 */
export function refuseSeveralChanges(info: GraphQLResolveInfo): void {
  const fields = (getNamedType(info.returnType) as GraphQLObjectType).getFields()
  const changes = [...selectionOf(info).values()].filter(([node]) => {
    const field = fields[node!.name.value]
    return field !== undefined && getArgumentValues(field, node!, info.variableValues).dryRun !== true
  })
  if (changes.length > 1) {
    throw badInput(
      `One \`${info.fieldName} { … }\` may hold one change, not ${changes.length}; repeat \`${info.fieldName}\` under an alias for each.`,
    )
  }
}
