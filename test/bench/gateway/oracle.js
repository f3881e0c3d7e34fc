const { Supergraph } = require('@apollo/federation-internals')
const { graphql } = require('graphql')
const { SUBGRAPHS } = require('./mesh.js')

/** What has to come out: graphql-js over one schema and the same objects, without any gateway. */
exports.oracle = supergraphSdl => {
  const schema = Supergraph.build(supergraphSdl).apiSchema().toGraphQLJSSchema()
  const rootValue = Object.assign({}, ...Object.values(SUBGRAPHS).map(({ roots }) => roots))
  return async (source, variableValues) => {
    const { data, errors } = await graphql({ schema, source, variableValues, rootValue })
    if (errors) throw errors[0]
    return JSON.stringify(data)
  }
}
