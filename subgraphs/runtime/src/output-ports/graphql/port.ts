import { ApolloServer, HeaderMap, type HTTPGraphQLResponse } from '@apollo/server'
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled'
import { coordinatesOf, DENIED_HEADER, type Product } from '@terrane/schema'
import type { GraphQLSchema } from 'graphql'
import type { GraphLimits, Log, OperationRequest, OperationResult } from '../../data-product-options.js'
import type { Admitted } from '../admission.js'
import type { OutputPort } from '../port.js'
import { Reading, type ReadingParts, wantedIn } from '../reading.js'
import { badInput } from '../refusal.js'
import { Allowance, GRAPH_LIMITS } from './allowance.js'
import { executeIn } from './compiled-execution.js'
import type { GraphContext } from './context.js'
import { GraphViews } from './graph-view.js'
import { maskErrors } from './masked-errors.js'
import { RepeatableOperations } from './repeatable.js'
import { RowLoaders } from './row-loaders.js'
import { UnderWay } from './under-way.js'

export interface GraphqlPortParts extends ReadingParts {
  schema: GraphQLSchema
  /** Whether anybody may read everything: then the SDL is no secret either. */
  open: () => Promise<boolean>
  limits?: Partial<GraphLimits>
  log: Log
}

export interface GraphqlPort extends OutputPort {
  /** The same without HTTP. */
  execute(request: OperationRequest, admitted: Admitted): Promise<OperationResult>
}

/** Representations of many entities take some room; anybody may send a question, so there is an end to it. */
const LARGEST_QUESTION_BYTES = 16 * 1024 * 1024
const MOST_TOKENS = 100_000

type Opened = Pick<GraphContext, 'reading' | 'allowance'>

interface RequestContext extends GraphContext {
  view: ReturnType<GraphViews['of']>
}

/**
 * The product's subgraph on Apollo Server, which parses, answers HTTP and formats errors. Validation and execution are
 * handed to the caller's own view of the graph, so Apollo's, which would know all names, is off.
 */
export async function openGraphqlPort(product: Product, parts: GraphqlPortParts): Promise<GraphqlPort> {
  settleEntities(parts.schema)
  const views = new GraphViews(product.name, parts.schema, coordinatesOf(product), product.extension?.fields)
  const repeatable = new RepeatableOperations(parts.schema, product.extension?.fields)
  const limits = { ...GRAPH_LIMITS, ...parts.limits }
  const server = new ApolloServer<RequestContext>({
    gateway: {
      onSchemaLoadOrUpdate(listener) {
        listener({ apiSchema: parts.schema, coreSupergraphSdl: '' })
        return () => {}
      },
      load: async () => ({
        executor: async ({ document, operationName, request, context }) => {
          const { view } = context as RequestContext
          return executeIn(view, {
            document,
            operationName,
            variables: request.variables,
            context: context as RequestContext,
            costLimit: limits.cost,
          })
        },
      }),
      stop: async () => {},
    },
    dangerouslyDisableValidation: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    introspection: true,
    includeStacktraceInErrorResponses: false,
    formatError: maskErrors(parts.log),
    stopOnTerminationSignals: false,
    persistedQueries: false,
    logger: quiet(parts.log),
    plugins: [
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginInlineTraceDisabled(),
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginSchemaReportingDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      {
        requestDidStart: async () => ({
          willSendResponse: async ({ contextValue, response, document, operation, errors }) => {
            const { reading, decision } = contextValue
            if (response.body.kind !== 'single' || reading?.publication === undefined || !decision.discover) return
            const again = document && operation && !errors && repeatable.has(document, operation)
            response.body.singleResult.extensions = {
              ...response.body.singleResult.extensions,
              terrane: {
                publications: { [product.name]: reading.publication },
                publicationIds: { [product.name]: reading.publicationId },
                ...(again ? { repeatable: reading.repeatable() } : {}),
              },
            }
          },
        }),
      },
    ],
  })
  await server.start()

  const underWay = new UnderWay()
  const opened = async (...question: Parameters<typeof Reading.open>) => {
    const reading = await Reading.open(...question)
    const allowance = new Allowance(limits, reading.signal)
    underWay.began(reading, allowance)
    return { reading, allowance }
  }
  const contextOf = async (admitted: Admitted, { reading, allowance }: Opened): Promise<RequestContext> => {
    return {
      ...admitted,
      reading,
      allowance,
      loaders: new RowLoaders(reading, allowance),
      view: views.of(admitted.decision, { gateway: admitted.gateway, open: await parts.open() }),
    }
  }

  const end = async () => {
    const givenUp = await underWay.settle()
    if (givenUp > 0) parts.log({ level: 'warn', message: 'Questions were given up when the product closed.', givenUp })
    await server.stop()
  }
  let closing: Promise<void> | undefined

  return {
    name: 'graphql',
    async fetch(request, admitted) {
      const wanted = wantedIn(name => request.headers.get(name))
      const question = await opened(admitted, parts, 'graphql', wanted, request.signal)
      try {
        question.reading.missed(request.headers.get(DENIED_HEADER))
        const context = await contextOf(admitted, question)
        const answer = await server.executeHTTPGraphQLRequest({
          httpGraphQLRequest: {
            method: request.method,
            headers: headerMap(request.headers),
            search: new URL(request.url).search,
            body: await bodyOf(request),
          },
          context: async () => context,
        })
        return responseOf(answer)
      } finally {
        await underWay.end(question.reading)
      }
    },
    async execute({ query, variables, operationName, headers, signal }, admitted) {
      const wanted = wantedIn(name => headers[name])
      const question = await opened(admitted, parts, 'graphql', wanted, signal)
      try {
        question.reading.missed(headers[DENIED_HEADER])
        const { body } = await server.executeOperation(
          { query, ...(variables ? { variables } : {}), ...(operationName ? { operationName } : {}) },
          { contextValue: await contextOf(admitted, question) },
        )
        if (body.kind !== 'single') throw new Error('A subgraph never answers in parts.')
        return body.singleResult as OperationResult
      } finally {
        await underWay.end(question.reading)
      }
    },
    close() {
      closing ??= end()
      return closing
    },
  }
}

/**
 * graphql-jit shortens a list whose last items reject, and `_entities` is answered by position. As values that are
 * errors they keep their places, in compiled and in plain execution alike.
 */
function settleEntities(schema: GraphQLSchema): void {
  const field = schema.getQueryType()?.getFields()._entities
  const resolve = field?.resolve
  if (!field || !resolve) return
  field.resolve = async (...question) => {
    const found = (await resolve(...question)) as unknown[]
    return Promise.all(
      found.map(item =>
        Promise.resolve(item).catch((error: unknown) => (error instanceof Error ? error : new Error(String(error)))),
      ),
    )
  }
}

function headerMap(headers: Headers): HeaderMap {
  const map = new HeaderMap()
  headers.forEach((value, name) => {
    map.set(name, value)
  })
  return map
}

/** Undefined where it is not JSON: Apollo Server then says what it expected. @throws Refusal where it is too large. */
async function bodyOf(request: Request): Promise<unknown> {
  if (request.method !== 'POST') return undefined
  const pieces: Uint8Array[] = []
  let bytes = 0
  // Leaving the loop ends the stream: what is too large is not read to its end.
  for await (const piece of request.body ?? []) {
    bytes += piece.length
    if (bytes > LARGEST_QUESTION_BYTES) throw badInput(`A question has at most ${LARGEST_QUESTION_BYTES} bytes.`)
    pieces.push(piece)
  }
  try {
    return JSON.parse(Buffer.concat(pieces).toString('utf8'))
  } catch {
    return undefined
  }
}

function responseOf({ status, headers, body }: HTTPGraphQLResponse): Response {
  if (body.kind !== 'complete') throw new Error('A subgraph never answers in parts.')
  return new Response(body.string, { status: status ?? 200, headers: [...headers] })
}

/** Apollo Server's own remarks, at the level of ours. */
function quiet(log: Log) {
  const at = (level: 'info' | 'warn' | 'error') => (message?: unknown) => log({ level, message: String(message) })
  return { debug: () => {}, info: () => {}, warn: at('warn'), error: at('error') }
}
