import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLOutputType,
  type GraphQLSchema,
  isCompositeType,
  isLeafType,
  isListType,
  isNonNullType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql'
import { quoted } from './json-text.js'
import { leafOf } from './leaf-values.js'
import type { Losses } from './losses.js'
import { type Fields, isFields } from './place.js'
import { type Conditions, type Denied, type SelectedField, type SelectedSet, Selections } from './selected-fields.js'

/** A fetched value as the client's JSON, or `BUBBLES`. The path in `losses` is where it stands. */
type Projection = (value: unknown, losses: Losses) => string

/** A null that its place does not allow: it goes to the next place above. No JSON text is empty. */
const BUBBLES = ''
const NULL = 'null'

/** The JSON text of an answer's `data`, of what was fetched. */
export type AnswerProjection = (fetched: Fields, losses: Losses) => string

/**
 * What was fetched, in the shape of the question: its fields in its order under its names, nothing else, and null where
 * `denied` says so; texts as `write` writes them. Made once per operation and its conditions, so that running it looks
 * nothing up and writes the answer's text in one go. `made` is told of fields that it comes to hold, at the first answer
 * that has them.
 */
export function compileProjection(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  conditions: Conditions,
  denied: Denied = () => false,
  write: (text: string) => string = quoted,
  made: (fields: number) => void = () => undefined,
): AnswerProjection {
  const projector = new Projector(schema, new Selections(schema, document, conditions, denied), write, made)
  const type = schema.getRootType(operation.operation)!
  return projector.ofType(type, [{ set: operation.selectionSet, on: type }])
}

class Projector {
  constructor(
    private readonly schema: GraphQLSchema,
    private readonly selections: Selections,
    private readonly write: (text: string) => string,
    private readonly made: (fields: number) => void,
  ) {}

  /** `place` says in an error's text which field or item it is about. */
  private of(type: GraphQLOutputType, below: SelectedSet[], place: string): Projection {
    if (isNonNullType(type)) return this.nonNull(this.of(type.ofType, below, place), place)
    if (isListType(type)) return this.list(this.of(type.ofType, below, place), place)
    if (isLeafType(type)) {
      const leaf = leafOf(type, this.write)
      return (value, losses) => {
        if (value === null) return NULL
        const text = leaf(value)
        if (text !== undefined) return text
        losses.add(`Invalid value found for ${place}.`)
        return NULL
      }
    }
    return this.ofType(type, below, place)
  }

  private nonNull(projection: Projection, place: string): Projection {
    return (value, losses) => {
      const text = projection(value, losses)
      if (text !== NULL) return text
      losses.add(`Cannot return null for non-nullable ${place}.`)
      return BUBBLES
    }
  }

  private list(projection: Projection, place: string): Projection {
    return (value, losses) => {
      if (value === null) return NULL
      if (!Array.isArray(value)) {
        losses.add(`Invalid value found for ${place}.`)
        return NULL
      }
      let bubbles = false
      let text = '['
      const depth = losses.enter()
      for (let index = 0; index < value.length; index++) {
        losses.at(depth, index)
        const item = projection(value[index], losses)
        if (item === BUBBLES) bubbles = true
        text += index === 0 ? item : `,${item}`
      }
      losses.leave(depth)
      if (bubbles) losses.nulled()
      return bubbles ? NULL : `${text}]`
    }
  }

  ofType(type: GraphQLCompositeType, below: SelectedSet[], place = `type ${type.name}`): Projection {
    if (isObjectType(type)) {
      const project = this.lazily(() => this.object(type, below))
      return (value, losses) => {
        if (value === null) return NULL
        if (isFields(value) && (value.__typename === undefined || value.__typename === type.name))
          return project()(value, losses)
        losses.add(`Invalid ${isFields(value) ? '__typename' : 'value'} found for ${place}.`)
        return NULL
      }
    }
    const projections = new Map<unknown, (fields: Fields, losses: Losses) => string>()
    return (value, losses) => {
      if (value === null) return NULL
      const typeName = isFields(value) ? (value.__typename ?? type.name) : undefined
      let project = projections.get(typeName)
      if (!project) {
        const actual = typeof typeName === 'string' ? this.schema.getType(typeName) : undefined
        if (!isFields(value) || !isCompositeType(actual) || !this.selections.isA(actual, type)) {
          losses.add(`Invalid ${isFields(value) ? '__typename' : 'value'} found for object at ${place}.`)
          return NULL
        }
        // An interface object whose type no subgraph told: fine as long as the question is about the interface only.
        project =
          !isObjectType(actual) && this.selections.dependOnType(actual, below)
            ? typeUnknown(place)
            : this.object(actual, below)
        projections.set(typeName, project)
      }
      return project(value as Fields, losses)
    }
  }

  private object(type: GraphQLCompositeType, below: SelectedSet[]): (fields: Fields, losses: Losses) => string {
    const members = [...this.selections.fieldsOf(type, below).values()].map((field, index) => ({
      key: field.key,
      /** What stands before the value: `{"id":`, `,"name":`. */
      name: `${index === 0 ? '{' : ','}"${field.key}":`,
      get: field.denied ? () => null : reader(field.key),
      place: `field ${type.name}.${field.name}`,
      project: this.member(type, field),
      fetched: !field.name.startsWith('__'),
    }))
    this.made(members.length)
    if (members.length === 0) return () => '{}'
    return (fields, losses) => {
      let bubbles = false
      let text = ''
      const depth = losses.enter()
      for (const { key, name, get, place, project, fetched } of members) {
        let value = get(fields)
        losses.at(depth, key)
        if (value === undefined) {
          value = null
          if (fetched) losses.addMissing(place)
        }
        const projected = project(value, losses)
        if (projected === BUBBLES) bubbles = true
        text += name + projected
      }
      losses.leave(depth)
      if (bubbles) losses.nulled()
      return bubbles ? NULL : `${text}}`
    }
  }

  private member(type: GraphQLCompositeType, { name, denied, below }: SelectedField): Projection {
    if (name === '__typename') return this.typeName(type)
    // Answered beside the plan, by the caller's own schema.
    if (name.startsWith('__')) return value => JSON.stringify(value)
    const field = 'getFields' in type ? type.getFields()[name] : undefined
    if (!field) throw new TypeError(`A valid document does not select ${type.name}.${name}`)
    if (denied && isNonNullType(field.type)) return deniedBubble
    return this.of(field.type, below, `field ${type.name}.${name}`)
  }

  /** The subgraphs' own type names are for finding the type; hidden or abstract ones do not get out. */
  private typeName(type: GraphQLCompositeType): Projection {
    if (!isObjectType(type)) return this.nonNull(() => NULL, `field ${type.name}.__typename`)
    const text = `"${type.name}"`
    return () => text
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

/** A denied place has an error of its own, and so have the places that it takes along. */
function deniedBubble(_: unknown, losses: Losses): string {
  losses.explain()
  return BUBBLES
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
    return NULL
  }
}
