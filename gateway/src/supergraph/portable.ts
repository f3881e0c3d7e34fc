import '../without-apollo-telemetry.js'
import { errorCauses } from '@apollo/federation-internals'
import { type ComposeOptions, composeSupergraph, type Subgraph } from '@terrane/schema/composition'
import { type Problem, problem } from '@terrane/schema/problems'
import { Kind, parse, print } from 'graphql'
import { withoutEnforcedPurpose } from './links.js'

type Composed = ReturnType<typeof composeSupergraph>

/**
 * Composes as `composeSupergraph` does, and has what comes of it loaded by Apollo's own gateway: what is checked or
 * published here runs there too. Loads `@apollo/gateway` when it is first called.
 */
export async function composePortable(subgraphs: Subgraph[], options?: ComposeOptions): Promise<Composed> {
  const composed = composeSupergraph(subgraphs, options)
  if (composed.supergraph === undefined) return composed
  const reason = await refusalOf(composed.supergraph)
  return reason === undefined ? composed : { problems: await problemsOf(subgraphs, reason) }
}

/** Of each product that is refused on its own as well. Of one that makes no supergraph without the others it cannot be told. */
async function problemsOf(subgraphs: Subgraph[], together: string): Promise<Problem[]> {
  const problems: Problem[] = []
  const untold: string[] = []
  for (const subgraph of subgraphs) {
    const { supergraph } = composeSupergraph([subgraph], { satisfiability: false })
    if (supergraph === undefined) {
      untold.push(subgraph.name)
      continue
    }
    const reason = await refusalOf(supergraph)
    if (reason !== undefined) problems.push(problem('SUPERGRAPH_NOT_PORTABLE', { subgraphs: subgraph.name, reason }))
  }
  if (problems.length > 0) return problems
  const names = untold.join(' or ') || 'what the products make together'
  return [problem('SUPERGRAPH_NOT_PORTABLE', { subgraphs: names, reason: together })]
}

/** Why `ApolloGateway` does not load it, but for what it leaves to routers to enforce. */
async function refusalOf(supergraph: string): Promise<string | undefined> {
  const { ApolloGateway } = await import('@apollo/gateway')
  const gateway = new ApolloGateway({
    supergraphSdl: takenByApollo(supergraph),
    // As wherever NODE_ENV is not production.
    validateSupergraph: true,
    buildService: () => ({ process: () => Promise.reject(new TypeError('Nothing is asked here')) }),
    logger: SILENT,
  })
  try {
    await gateway.load()
    return undefined
  } catch (error) {
    const causes = errorCauses(error as Error) ?? [error as Error]
    return causes.map(({ message }) => message).join('; ')
  } finally {
    await gateway.stop()
  }
}

const quiet = () => undefined
export const SILENT = { debug: quiet, info: quiet, warn: quiet, error: quiet }

/** All links stand at the schema definition: the rest, which may be megabytes, stays as it is written. */
export function takenByApollo(supergraph: string): string {
  const document = parse(supergraph)
  const schema = document.definitions.find(one => one.kind === Kind.SCHEMA_DEFINITION)
  if (!schema?.loc) return supergraph
  const links = print(withoutEnforcedPurpose({ ...document, definitions: [schema] }))
  return supergraph.slice(0, schema.loc.start) + links + supergraph.slice(schema.loc.end)
}
