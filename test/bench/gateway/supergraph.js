const { composeServices } = require('@apollo/composition')
const { operationFromDocument, Supergraph } = require('@apollo/federation-internals')
const { QueryPlanner } = require('@apollo/query-planner')
const { parse } = require('graphql')
const { SUBGRAPHS } = require('./mesh.js')

/** The supergraph over subgraphs at `url/<name>`, with or without the directives that say who may read what. */
exports.compose = (url, rights) => {
  const { supergraphSdl, errors } = composeServices(
    Object.entries(SUBGRAPHS).map(([name, { sdl }]) => ({
      name,
      url: `${url}/${name}`,
      typeDefs: parse(sdl(rights)),
    })),
  )
  if (errors) throw new Error(errors.join('\n'))
  return supergraphSdl
}

/** How many fetches Apollo's planner makes of a question: what a gateway without tricks sends to the subgraphs. */
exports.fetchesOf = (supergraphSdl, question) => {
  const supergraph = Supergraph.build(supergraphSdl)
  const planner = new QueryPlanner(supergraph)
  const plan = planner.buildQueryPlan(operationFromDocument(supergraph.apiSchema(), parse(question)))
  const count = node => {
    if (node.kind === 'Fetch') return 1
    return (node.nodes ?? [node.node]).reduce((sum, child) => sum + (child ? count(child) : 0), 0)
  }
  return count(plan.node)
}
