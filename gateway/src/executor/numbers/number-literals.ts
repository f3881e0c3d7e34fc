import { type DocumentNode, type FloatValueNode, GraphQLError, type IntValueNode, visit } from 'graphql'

/** One error per literal that is beyond what a double holds (`1e999`): Apollo's planner can plan none. */
export function infiniteLiterals(document: DocumentNode): GraphQLError[] {
  const errors: GraphQLError[] = []
  const look = (node: IntValueNode | FloatValueNode) => {
    if (!Number.isFinite(Number(node.value))) errors.push(tooLarge(node))
  }
  visit(document, { IntValue: look, FloatValue: look })
  return errors
}

function tooLarge(node: IntValueNode | FloatValueNode): GraphQLError {
  return new GraphQLError(`The number ${node.value.slice(0, 40)} is too large.`, {
    nodes: node,
    extensions: { code: 'BAD_USER_INPUT', http: { status: 400 } },
  })
}
