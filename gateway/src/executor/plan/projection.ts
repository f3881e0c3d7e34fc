import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isAbstractType,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql'
import { leafOf } from './leaf-values.js'
import type { Losses } from './losses.js'
import { type Fields, isFields } from './place.js'

/** A fetched value as the client gets it. The path in `losses` is where it stands. */
type Projection = (value: unknown, losses: Losses) => unknown

/** A null that its place does not allow: it goes to the next place above. */
const BUBBLES = Symbol('null where none may be')

/** Which `@skip` and `@include` hold, by variable. */
export type Conditions = Readonly<Record<string, unknown>>

/**
 * What was fetched, in the shape of the question: its fields in its order under its names, nothing else. Made once per
 * operation and its conditions, so that running it looks nothing up.
 */
export function compileProjection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Conditions,
): (fetched: Fields, losses: Losses) => Fields | null {
  const projector = new Projector(schema, document, conditions)
  const root = projector.ofType(schema.getRootType(operation.operation)!, [operation.selectionSet])
  return (fetched, losses) => {
    const data = root(fetched, losses)
    return data === BUBBLES ? null : (data as Fields | null)
  }
}

interface SelectedField {
  key: string
  name: string
  below: SelectionSetNode[]
}

class Projector {
  private readonly fragments = new Map<string, FragmentDefinitionNode>()

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly conditions: Conditions,
  ) {
    for (const one of document.definitions)
      if (one.kind === Kind.FRAGMENT_DEFINITION) this.fragments.set(one.name.value, one)
  }

  /** `place` says in an error's text which field or item it is about. */
  private of(type: GraphQLOutputType, below: SelectionSetNode[], place: string): Projection {
    if (isNonNullType(type)) return this.nonNull(this.of(type.ofType, below, place), place)
    if (isListType(type)) return this.list(this.of(type.ofType, below, place), place)
    if (isLeafType(type)) {
      const leaf = leafOf(type)
      return (value, losses) => {
        if (value === null) return null
        const given = leaf(value)
        if (given !== undefined) return given
        losses.add(`Invalid value found for ${place}.`)
        return null
      }
    }
    return this.ofType(type, below, place)
  }

  private nonNull(projection: Projection, place: string): Projection {
    return (value, losses) => {
      const given = projection(value, losses)
      if (given !== null && given !== BUBBLES) return given
      if (given === null) losses.add(`Cannot return null for non-nullable ${place}.`)
      return BUBBLES
    }
  }

  private list(projection: Projection, place: string): Projection {
    return (value, losses) => {
      if (value === null) return null
      if (!Array.isArray(value)) {
        losses.add(`Invalid value found for ${place}.`)
        return null
      }
      let bubbles = false
      const { path } = losses
      const depth = path.length
      const items = new Array(value.length)
      for (let index = 0; index < value.length; index++) {
        path[depth] = index
        const item = projection(value[index], losses)
        if (item === BUBBLES) bubbles = true
        else items[index] = item
      }
      path.length = depth
      return bubbles ? null : items
    }
  }

  ofType(type: GraphQLCompositeType, below: SelectionSetNode[], place = `type ${type.name}`): Projection {
    if (isObjectType(type)) {
      const project = this.lazily(() => this.object(type, below))
      return (value, losses) => {
        if (value === null) return null
        if (isFields(value) && (value.__typename === undefined || value.__typename === type.name))
          return project()(value, losses)
        losses.add(`Invalid ${isFields(value) ? '__typename' : 'value'} found for ${place}.`)
        return null
      }
    }
    const projections = new Map<unknown, (fields: Fields, losses: Losses) => unknown>()
    return (value, losses) => {
      if (value === null) return null
      const typeName = isFields(value) ? (value.__typename ?? type.name) : undefined
      let project = projections.get(typeName)
      if (!project) {
        const actual = typeof typeName === 'string' ? this.schema.getType(typeName) : undefined
        if (!isFields(value) || !isCompositeType(actual) || !this.isA(actual, type)) {
          losses.add(`Invalid ${isFields(value) ? '__typename' : 'value'} found for object at ${place}.`)
          return null
        }
        // An interface object whose type no subgraph told: fine as long as the question is about the interface only.
        project =
          !isObjectType(actual) && this.dependsOnType(actual, below) ? typeUnknown(place) : this.object(actual, below)
        projections.set(typeName, project)
      }
      return project(value as Fields, losses)
    }
  }

  private object(type: GraphQLCompositeType, below: SelectionSetNode[]) {
    const fields = [...this.collect(type, below).values()].map(({ key, name, below }) => ({
      key,
      get: reader(key),
      set: key === '__proto__' ? setProto : undefined,
      place: `field ${type.name}.${name}`,
      project: name === '__typename' ? this.typeName(type) : this.field(type, name, below),
      fetched: name !== '__typename',
    }))
    return (value: Fields, losses: Losses): Fields | typeof BUBBLES | null => {
      const { path } = losses
      const depth = path.length
      const projected: Fields = {}
      let bubbles = false
      for (const { key, get, set, place, project, fetched } of fields) {
        let given = get(value)
        path[depth] = key
        if (given === undefined) {
          given = null
          if (fetched) losses.addMissing(place)
        }
        given = project(given, losses)
        if (given === BUBBLES) bubbles = true
        else if (set) set(projected, given)
        else projected[key] = given
      }
      path.length = depth
      return bubbles ? null : projected
    }
  }

  private field(type: GraphQLCompositeType, name: string, below: SelectionSetNode[]): Projection {
    const field = 'getFields' in type ? type.getFields()[name] : undefined
    if (field) return this.of(field.type, below, `field ${type.name}.${name}`)
    throw new TypeError(`A valid document does not select ${type.name}.${name}`)
  }

  /** The subgraphs' own type names are for finding the type; hidden or abstract ones do not get out. */
  private typeName(type: GraphQLCompositeType): Projection {
    if (isObjectType(type)) return () => type.name
    return this.nonNull(() => null, `field ${type.name}.__typename`)
  }

  private collect(
    type: GraphQLCompositeType,
    sets: readonly SelectionSetNode[],
    into = new Map<string, SelectedField>(),
  ): Map<string, SelectedField> {
    for (const { selections } of sets)
      for (const selection of selections) {
        if (!this.holds(selection)) continue
        if (selection.kind === Kind.FIELD) collectField(selection, into)
        else {
          const { condition, set } = this.fragment(selection)
          if (condition === undefined || this.isA(type, condition)) this.collect(type, [set], into)
        }
      }
    return into
  }

  private dependsOnType(type: GraphQLCompositeType, sets: readonly SelectionSetNode[]): boolean {
    return sets.some(({ selections }) =>
      selections.some(selection => {
        if (selection.kind === Kind.FIELD || !this.holds(selection)) return false
        const { condition, set } = this.fragment(selection)
        return (condition && !this.isA(type, condition)) || this.dependsOnType(type, [set])
      }),
    )
  }

  private fragment(selection: Exclude<SelectionNode, FieldNode>): {
    set: SelectionSetNode
    condition: GraphQLCompositeType | undefined
  } {
    const part = selection.kind === Kind.FRAGMENT_SPREAD ? this.fragments.get(selection.name.value)! : selection
    const condition = part.typeCondition && this.schema.getType(part.typeCondition.name.value)
    return { set: part.selectionSet, condition: isCompositeType(condition) ? condition : undefined }
  }

  private isA(type: GraphQLCompositeType, condition: GraphQLCompositeType): boolean {
    if (type === condition) return true
    return isAbstractType(condition) && 'getInterfaces' in type && this.schema.isSubType(condition, type)
  }

  private holds(selection: SelectionNode): boolean {
    return (selection.directives ?? []).every(({ name, arguments: given }) => {
      const skips = name.value === 'skip'
      if (!skips && name.value !== 'include') return true
      const value = given?.find(one => one.name.value === 'if')?.value
      const holds =
        value?.kind === Kind.VARIABLE ? this.conditions[value.name.value] : value?.kind === Kind.BOOLEAN && value.value
      return skips ? !holds : !!holds
    })
  }

  /** Types may contain themselves only as deep as the question goes; what no answer reaches is not made. */
  private lazily<Value>(make: () => Value): () => Value {
    let made: Value | undefined
    return () => {
      made ??= make()
      return made
    }
  }
}

function collectField(field: FieldNode, into: Map<string, SelectedField>): void {
  const key = (field.alias ?? field.name).value
  const known = into.get(key)
  const below = field.selectionSet ? [field.selectionSet] : []
  if (known) known.below.push(...below)
  else into.set(key, { key, name: field.name.value, below })
}

/** What every object has without having been given it. */
const INHERITED = new Set(Object.getOwnPropertyNames(Object.prototype))

function reader(key: string): (fields: Fields) => unknown {
  if (INHERITED.has(key)) return fields => (Object.hasOwn(fields, key) ? fields[key] : undefined)
  return fields => fields[key]
}

function typeUnknown(place: string) {
  return (_: Fields, losses: Losses) => {
    losses.add(`No subgraph told the type of the object at ${place}.`)
    return null
  }
}

function setProto(fields: Fields, value: unknown): void {
  Object.defineProperty(fields, '__proto__', { value, enumerable: true, configurable: true, writable: true })
}
