import type { GraphQLDataSource } from '@apollo/gateway'
import { outlineInSteps } from '@terrane/schema/graph/restrict-schema'
import type { Steps } from '@terrane/schema/graph/steps'
import { type Problem, problem } from '@terrane/schema/problems'
import { type DocumentNode, type GraphQLSchema, Kind, parse } from 'graphql'
import { RequiredRights } from '../authorisation/required-rights.js'
import { Engine } from '../executor/plan/engine.js'
import { planInThisThread } from '../executor/plan/plan-in-this-thread.js'
import { type FiguresOf, PlanMemory } from '../executor/plan/plan-memory.js'
import type { Planner } from '../executor/plan/planner.js'
import { type ServedGateway, SupergraphGateway } from './gateway-interface.js'
import { directiveNames } from './links.js'
import { readSource } from './read-source.js'
import { buildInSteps, parseInSteps } from './schema-in-steps.js'
import { inSlices } from './steps.js'

/** One supergraph and what was read from it. Whatever is remembered about it dies with it. */
export interface LoadedSupergraph {
  sdl: string
  /** What clients may ask, the same object that Apollo Server holds for a request. */
  apiSchema: GraphQLSchema
  /** By subgraph, as they were when it was loaded. */
  sources: ReadonlyMap<string, GraphQLDataSource>
  rights: RequiredRights
  planner: Planner
  engine: Engine
  memory: PlanMemory
}

type BuildDataSource = (subgraph: { name: string; url?: string }) => GraphQLDataSource

/**
 * The supergraph in force: loaded once, swapped while operations run. All that is slow about it, reading and planning, is
 * its planner's, in a thread of its own; this one builds two plain schemas and never waits for more than one of them.
 */
export class Federation {
  /** What Apollo Server is given. */
  readonly gateway: ServedGateway
  private loaded?: LoadedSupergraph
  private loading?: Promise<void>
  private readonly bySchema = new WeakMap<GraphQLSchema, LoadedSupergraph>()
  private readonly sources = new Map<string, GraphQLDataSource>()
  /** One after the other. */
  private replacing: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly sdl: string,
    private readonly buildDataSource: BuildDataSource,
    /** Default: in this thread, which is for tests. */
    private readonly openPlanner: (sdl: string) => Planner = sdl => planInThisThread({ sdl, validate: true }),
    /** What is made ready for questions, and where that is counted. */
    private readonly plans: { bytes?: number; figuresOf?: FiguresOf } = {},
    /** Who tells Apollo Server of it. */
    Gateway: new (ensureLoaded: () => Promise<void>) => ServedGateway = SupergraphGateway,
  ) {
    this.gateway = new Gateway(() => this.load())
  }

  /** Reads the first supergraph. Rejects where it is none. */
  load(): Promise<void> {
    this.loading ??= this.open(this.sdl).then(loaded => this.putInForce(loaded))
    return this.loading
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

  /**
   * Puts another supergraph in force, at one moment for all that comes after. A bad one changes nothing. `take`: what is in
   * force from the same moment on.
   */
  replace(sdl: string, take = () => {}): Promise<Problem[]> {
    const replaced = this.replacing.then(async () => {
      try {
        if (sdl !== this.current.sdl) this.putInForce(await this.open(sdl))
        take()
        return []
      } catch (error) {
        return [problem('SUPERGRAPH_REFUSED', { reason: (error as Error).message })]
      }
    })
    this.replacing = replaced
    return replaced
  }

  close(): void {
    this.loaded?.planner.retire()
  }

  private async open(sdl: string): Promise<LoadedSupergraph> {
    const planner = this.openPlanner(sdl)
    try {
      const apiSdl = await planner.load()
      const loaded = await inSlices(this.build(sdl, apiSdl, planner))
      await planner.ready()
      return loaded
    } catch (error) {
      planner.retire()
      throw error
    }
  }

  private *build(sdl: string, apiSdl: string, planner: Planner): Steps<LoadedSupergraph> {
    const apiSchema = yield* buildInSteps(yield* parseInSteps(apiSdl))
    yield* outlineInSteps(apiSchema)
    const document = yield* parseInSteps(sdl)
    const rights = yield* RequiredRights.of(document)
    const sources = new Map(
      subgraphsIn(document).map(({ name, url }) => [name, this.sourceOf({ name, ...(url === '' ? {} : { url }) })]),
    )
    yield
    const memory = new PlanMemory(this.plans.bytes, this.plans.figuresOf)
    const engine = yield* Engine.of(document, { apiSchema, sources, planner, memory })
    return { sdl, apiSchema, sources, rights, planner, engine, memory }
  }

  private putInForce(loaded: LoadedSupergraph): void {
    const before = this.loaded
    try {
      this.gateway.tell(loaded.apiSchema, loaded.sdl)
    } catch (error) {
      loaded.planner.retire()
      throw error
    }
    this.loaded = loaded
    this.bySchema.set(loaded.apiSchema, loaded)
    before?.memory.retire()
    before?.planner.retire()
  }

  private sourceOf(subgraph: { name: string; url?: string }): GraphQLDataSource {
    const key = `${subgraph.name} ${subgraph.url ?? ''}`
    const source = this.sources.get(key) ?? this.buildDataSource(subgraph)
    this.sources.set(key, source)
    return source
  }
}

/** Name and URL of every subgraph that a supergraph was made of. */
export function subgraphsOf(sdl: string): { name: string; url: string }[] {
  return subgraphsIn(parse(sdl, { noLocation: true }))
}

function subgraphsIn(document: DocumentNode): { name: string; url: string }[] {
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

/** A supergraph from a file or an http(s) URL. `text`: what stands there, where that is being read already. */
export async function readSupergraph(
  source: string,
  text = readSource(source),
): Promise<{ sdl?: string; problems: Problem[] }> {
  const refused = (reason: string) => ({ problems: [problem('SUPERGRAPH_UNREADABLE', { source, reason })] })
  try {
    const sdl = await text
    const { joinGraph } = directiveNames(parse(sdl, { noLocation: true }))
    if (joinGraph.size === 0) return refused('it is not a Federation 2 supergraph')
    return { sdl, problems: [] }
  } catch (error) {
    return refused((error as Error).message)
  }
}
