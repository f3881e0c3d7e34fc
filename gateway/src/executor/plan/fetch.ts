import type { GraphQLDataSource } from '@apollo/gateway'
import type { FetchNode } from '@apollo/query-planner'
import type { GraphQLSchema } from 'graphql'
import { isPlain } from '../plain-answer.js'
import { byContext, type InContext } from './context-arguments.js'
import { type Locate, type Located, SubgraphFault } from './fetch-errors.js'
import { type FetchPart, needsParts, partsOf, withOwnNames } from './fetch-parts.js'
import { merge } from './merge.js'
import { withoutNumber } from './operation-names.js'
import { type Fields, isFields, own, type Path, type PlanPath, pathOf, placesAt, setOwn } from './place.js'
import { type Batch, Representations } from './representations.js'
import { requestedFields } from './requested-fields.js'
import type { RequiredFields } from './required-arguments.js'
import type { Requirements } from './requirements.js'
import { compileRewrites } from './rewrites.js'
import { type Run, type Step, signalOf } from './run.js'
import type { Types } from './types.js'

/** How the subgraphs of one supergraph are asked. */
export interface Subgraphs {
  sources: ReadonlyMap<string, GraphQLDataSource>
  schema: GraphQLSchema
  types: Types
  requirements: Requirements
  required: RequiredFields
}

/** A fetch of the plan: of root fields, or of entities by their representations. */
export function compileFetch(planned: FetchNode, subgraphs: Subgraphs): Step {
  const node = withoutNumber(planned)
  const fetch = node.requires ? compileEntityFetch(node, subgraphs) : compileRootFetch(node, subgraphs)
  if (!node.contextRewrites) return (run, objects, path) => fetch(run, objects, path, {})
  const { contextRewrites } = node
  return async (run, objects, path) => {
    let groups: InContext[] = []
    withinStack(
      run,
      node,
      () => ({ places: pathsIn(run, path)(objects) }),
      () => {
        groups = byContext(run.fetched, objects, path, contextRewrites, subgraphs.types)
      },
    )
    await Promise.all(groups.map(group => fetch(run, group.objects, path, group.values)))
  }
}

type Fetch = (run: Run, objects: Fields[], path: PlanPath, context: Fields) => Promise<void> | void

/** What a subgraph nests more deeply than can be copied or written costs the fetch. */
function withinStack(run: Run, { serviceName }: FetchNode, locate: () => Located, take: () => void): void {
  try {
    take()
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    run.errors.lost(serviceName, TOO_DEEP, locate)
  }
}

const TOO_DEEP = new SubgraphFault('a value is nested too deeply')

function compileRootFetch(planned: FetchNode, { sources, types, required }: Subgraphs): Fetch {
  const node = withOwnNames(planned, required)
  const requested = requestedFields(node, required)
  const rewrite = compileRewrites(node.outputRewrites, types)
  const turn = {}
  return async (run, all, at, context) => {
    const objects = run.served?.open(turn, all) ?? all
    if (objects.length === 0) return
    run.served?.add(turn, objects)
    const paths = pathsIn(run, at)
    const locate: Locate = path => ({
      places: paths(objects).flatMap(place =>
        path
          ? [[...place, ...requested.renamed(path)]]
          : requested.keys.map(key => [...place, ...requested.renamed([key])]),
      ),
    })
    const data = await ask(run, node, sources, variablesOf(node, run, context), locate)
    if (!data) return
    withinStack(
      run,
      node,
      () => locate(undefined),
      () => {
        requested.restrict(data)
        rewrite?.(data)
        mergeInto(objects, data)
      },
    )
  }
}

/** As one fetch, or in parts where it must be; those entities in parts that lack something only some fields take. */
function compileEntityFetch(node: FetchNode, subgraphs: Subgraphs): Fetch {
  let parts: Fetch[] | undefined
  const apart: Fetch = async (run, objects, path, context) => {
    parts ??= partsOf(node, subgraphs.requirements).map(part => compileEntities(part, subgraphs))
    await Promise.all(parts.map(part => part(run, objects, path, context)))
  }
  if (needsParts(node, subgraphs.required)) return apart
  return compileEntities({ node, computes: true }, subgraphs, apart)
}

/** `otherwise` gets the places for which not all that the fetch takes is there. */
function compileEntities(part: FetchPart, { sources, types, required }: Subgraphs, otherwise?: Fetch): Fetch {
  const node = withOwnNames(part.node, required)
  const requested = requestedFields(node, required)
  const representations = new Representations(node, types, part.computes)
  const rewrite = compileRewrites(node.outputRewrites, types)
  const fields = requested.keys.filter(key => key !== '__typename').map(key => String(requested.renamed([key])[0]))
  const whole = (places: Path[]): Located => ({ places, fields })
  const take = (entity: Fields, objects: Fields[]) => {
    requested.restrict(entity)
    const known = own(objects[0]!, '__typename')
    if (rewrite) {
      // Rewrites ask for the type. Who was not asked for it does not say it.
      if (own(entity, '__typename') === undefined) setOwn(entity, '__typename', known)
      rewrite(entity)
    }
    // An interface object knows only the interface's name.
    if (known !== undefined && types.isAbstract(own(entity, '__typename'))) delete entity.__typename
    mergeInto(objects, entity)
  }
  const fetchBatch = async (run: Run, batch: Batch, at: PlanPath, context: Fields) => {
    const paths = pathsIn(run, at)
    const locate: Locate = path => {
      const [, index, ...below] = path ?? []
      const served = typeof index === 'number' ? batch.entities[index] : undefined
      if (!served) return whole(paths(batch.entities.flat()))
      if (below.length === 0) return whole(paths(served))
      return { places: paths(served).map(place => [...place, ...requested.renamed(below)]) }
    }
    const variables = { ...variablesOf(node, run, context), representations: batch.representations }
    const data = await ask(run, node, sources, variables, locate)
    if (!data) return
    withinStack(
      run,
      node,
      () => locate(undefined),
      () => takeAll(run, batch, own(data, '_entities'), locate),
    )
  }
  const takeAll = (run: Run, batch: Batch, entities: unknown, locate: Locate) => {
    if (!Array.isArray(entities) || entities.length !== batch.entities.length) {
      const count = Array.isArray(entities) ? entities.length : 'no list of'
      const fault = new SubgraphFault(`${count} entities for ${batch.entities.length}`)
      run.errors.lost(node.serviceName, fault, locate)
      return
    }
    const strange: number[] = []
    for (let index = 0; index < entities.length; index++) {
      const entity: unknown = entities[index]
      const objects = batch.entities[index]!
      if (isFields(entity)) take(entity, objects)
      else if (entity === null || entity === undefined) for (const object of objects) run.unknown.add(object)
      else strange.push(index)
    }
    if (strange.length === 0) return
    const theirs: Locate = () => whole(strange.flatMap(index => locate(['_entities', index]).places))
    run.errors.lost(node.serviceName, NO_OBJECT, theirs)
  }
  const turn = {}
  return (run, all, path, context) => {
    const { served } = run
    const objects = served?.open(turn, all) ?? all
    let batch: Batch | undefined
    withinStack(
      run,
      node,
      () => whole(pathsIn(run, path)(objects)),
      () => {
        batch = representations.batch(objects)
      },
    )
    if (!batch) return
    served?.add(turn, batch.entities.flat())
    // Its parts know whose turn it was.
    const apart = batch.incomplete.length > 0 ? otherwise?.(run, batch.incomplete, path, context) : undefined
    if (batch.representations.length === 0) return apart
    const fetched = fetchBatch(run, batch, path, context)
    return apart ? Promise.all([fetched, apart]).then(() => {}) : fetched
  }
}

const NO_OBJECT = new SubgraphFault('an entity that is no object')

function mergeInto(objects: Fields[], brought: Fields): void {
  const last = objects.length - 1
  for (let index = 0; index < last; index++) merge(objects[index]!, brought, true)
  merge(objects[last]!, brought)
}

/** Where objects stand; found out once, and only if an error asks. */
function pathsIn(run: Run, at: PlanPath): (objects: readonly Fields[]) => Path[] {
  let places: ReturnType<typeof placesAt> | undefined
  return objects => {
    places ??= placesAt(run.fetched, at)
    return objects.flatMap(object => {
      const place = places!.get(object)
      return place ? [pathOf(place)] : []
    })
  }
}

/** Of an enumeration that `@apollo/gateway` does not export. */
const INCOMING_OPERATION = 'incoming operation'

/** What a subgraph answers, its errors taken note of; undefined where it gave no data. */
async function ask(
  run: Run,
  node: FetchNode,
  sources: Subgraphs['sources'],
  variables: Fields,
  locate: Locate,
): Promise<Fields | undefined> {
  const subgraph = node.serviceName
  try {
    const source = sources.get(subgraph)
    if (!source) throw new TypeError(`There is no data source for the subgraph "${subgraph}"`)
    const answer: unknown = await source.process({
      kind: INCOMING_OPERATION,
      request: { query: node.operation, variables, operationName: node.operationName },
      incomingRequestContext: run.request,
      context: run.request.context,
    } as Parameters<GraphQLDataSource['process']>[0])
    if (!isFields(answer)) throw new SubgraphFault('it is no GraphQL answer')
    run.plain &&= isPlain(answer)
    const data = own(answer, 'data')
    if (data !== null && data !== undefined && !isFields(data)) throw new SubgraphFault('its data is no object')
    const told = run.errors.said(subgraph, own(answer, 'errors'), locate)
    if (!data && !told) throw new SubgraphFault('neither data nor errors')
    return data ?? undefined
  } catch (error) {
    signalOf(run)?.throwIfAborted()
    run.errors.lost(subgraph, error, locate)
    return undefined
  }
}

function variablesOf(node: FetchNode, run: Run, context: Fields): Fields {
  const variables: Fields = {}
  for (const name of node.variableUsages ?? []) {
    const value = Object.hasOwn(context, name) ? context[name] : own(run.variables, name)
    if (value !== undefined) setOwn(variables, name, value)
  }
  return variables
}
