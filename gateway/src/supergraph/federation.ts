import { readFile } from 'node:fs/promises'
import { ApolloGateway, type GraphQLDataSource, type SupergraphSdlUpdateFunction } from '@apollo/gateway'
import { type Problem, problem } from '@terrane/schema'
import { type DocumentNode, type GraphQLSchema, Kind, parse, print } from 'graphql'
import { RequiredRights } from '../authorisation/required-rights.js'
import { directiveNames, withoutEnforcedPurpose } from './links.js'

/** One supergraph and what was read from it. Whatever is remembered about it dies with it. */
export interface LoadedSupergraph {
  sdl: string
  /** What clients may ask, the same object that Apollo Server holds for a request. */
  apiSchema: GraphQLSchema
  /** As `ApolloGateway` takes it. */
  document: DocumentNode
  /** By subgraph, as they were when it was loaded. */
  sources: ReadonlyMap<string, GraphQLDataSource>
  rights: RequiredRights
}

/** The supergraph in force: loaded once, swapped while operations run. */
export class Federation {
  readonly gateway: ApolloGateway
  private loaded?: LoadedSupergraph
  private readonly bySchema = new WeakMap<GraphQLSchema, LoadedSupergraph>()
  private readonly sources = new Map<string, GraphQLDataSource>()
  private loading: { sdl: string; document: DocumentNode }
  private swap?: SupergraphSdlUpdateFunction

  constructor(
    sdl: string,
    buildDataSource: (subgraph: { name: string; url?: string }) => GraphQLDataSource,
    log: (level: 'warn' | 'error', message: string) => void,
  ) {
    this.loading = { sdl, document: parse(sdl, { noLocation: true }) }
    const quiet = () => undefined
    this.gateway = new ApolloGateway({
      supergraphSdl: {
        initialize: async ({ update }) => {
          this.swap = update
          return { supergraphSdl: this.stripped() }
        },
      },
      buildService: ({ name, url }) => {
        const source = buildDataSource({ name, ...(url === undefined ? {} : { url }) })
        this.sources.set(name, source)
        return source
      },
      logger: {
        debug: quiet,
        info: quiet,
        warn: message => log('warn', String(message)),
        error: message => log('error', String(message)),
      },
    })
    this.gateway.onSchemaLoadOrUpdate(({ apiSchema }) => {
      const { sdl, document } = this.loading
      this.loaded = {
        sdl,
        apiSchema,
        document: withoutEnforcedPurpose(document),
        sources: new Map(this.sources),
        rights: new RequiredRights(document),
      }
      this.bySchema.set(apiSchema, this.loaded)
    })
  }

  /** The supergraph that a request's schema was made of. */
  of(schema: GraphQLSchema): LoadedSupergraph {
    const loaded = this.bySchema.get(schema)
    if (!loaded) throw new TypeError('This schema is of no supergraph that was loaded here')
    return loaded
  }

  get current(): LoadedSupergraph {
    if (!this.loaded) throw new Error('No supergraph is loaded yet')
    return this.loaded
  }

  /** Puts another supergraph in force, at one moment for all that comes after. A bad one changes nothing. */
  replace(sdl: string): Problem[] {
    if (!this.swap) throw new Error('The supergraph can be replaced once the gateway has started')
    const before = this.loading
    try {
      this.loading = { sdl, document: parse(sdl, { noLocation: true }) }
      this.swap(this.stripped())
      return []
    } catch (error) {
      this.loading = before
      return [problem('SUPERGRAPH_REFUSED', { reason: (error as Error).message })]
    }
  }

  private stripped(): string {
    return print(withoutEnforcedPurpose(this.loading.document))
  }
}

/** Name and URL of every subgraph that a supergraph was made of. */
export function subgraphsOf(sdl: string): { name: string; url: string }[] {
  const document = parse(sdl, { noLocation: true })
  const { joinGraph } = directiveNames(document)
  return document.definitions
    .flatMap(one => (one.kind === Kind.ENUM_TYPE_DEFINITION ? (one.values ?? []) : []))
    .flatMap(value => (value.directives ?? []).filter(directive => joinGraph.has(directive.name.value)))
    .map(directive => {
      const text = (name: string) => {
        const value = directive.arguments?.find(argument => argument.name.value === name)?.value
        return value?.kind === Kind.STRING ? value.value : ''
      }
      return { name: text('name'), url: text('url') }
    })
}

/** A supergraph from a file or an http(s) URL. */
export async function readSupergraph(source: string): Promise<{ sdl?: string; problems: Problem[] }> {
  const refused = (reason: string) => ({ problems: [problem('SUPERGRAPH_UNREADABLE', { source, reason })] })
  try {
    let sdl: string
    if (/^https?:\/\//.test(source)) {
      const response = await fetch(source, { signal: AbortSignal.timeout(30_000) })
      if (!response.ok) return refused(`status ${response.status}`)
      sdl = await response.text()
    } else {
      sdl = await readFile(source, 'utf8')
    }
    const { joinGraph } = directiveNames(parse(sdl, { noLocation: true }))
    if (joinGraph.size === 0) return refused('it is not a Federation 2 supergraph')
    return { sdl, problems: [] }
  } catch (error) {
    return refused((error as Error).message)
  }
}
