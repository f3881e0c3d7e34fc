import { GraphQLError, type GraphQLFieldResolver } from 'graphql'

/** What a field of an entity is, the same for every instance. */
export type FieldModel =
  | { kind: 'scalar'; type: 'String' | 'Int' | 'Boolean' | 'ID'; nonNull: boolean }
  | { kind: 'reference'; to: string; list: boolean; nonNull: boolean; provides?: string }
  | { kind: 'dimensions' }
  | { kind: 'priced' }
  /** Computed by its subgraph of what it requires: field sets, `price(currency: "USD")`, `dimensions { width }`. */
  | { kind: 'computed'; of: string[]; marked?: boolean }
  /** An enum of which not every subgraph knows all values. */
  | { kind: 'mood' }
  /** A list of lists. */
  | { kind: 'grid' }
  /** Tells its argument, an input object of which not every subgraph knows all fields. */
  | { kind: 'echo' }
  /** Parts that are told whose they are, by `@fromContext`. */
  | { kind: 'parts' }

export interface EntityModel {
  name: string
  fields: Record<string, FieldModel>
}

/** Injected instead of a value. */
export const FAILS = '(fails)'

/** The data of one mesh: whoever resolves a field, one schema or many, resolves it from here. */
export class World {
  /** Mutations of one operation so far. */
  changes = 0
  /** Whether a field has a value where there is none. */
  whole = false

  constructor(
    readonly entities: readonly EntityModel[],
    private readonly values: ReadonlyMap<string, unknown>,
    /** Instances of every entity. */
    readonly instances: number,
  ) {}

  model(typeName: string): EntityModel {
    return this.entities.find(({ name }) => name === typeName)!
  }

  ids(typeName: string): string[] {
    return Array.from({ length: this.instances }, (_, index) => `${typeName}-${index}`)
  }

  /** An instance by its id, its code, or its two parts. */
  find(typeName: string, key: Record<string, unknown>): Instance | null {
    const id = this.ids(typeName).find(
      one =>
        one === key.id ||
        codeOf(one) === key.code ||
        (partsOf(one).part === key.part && partsOf(one).number === key.number) ||
        orgOf(one).id === (key.org as { id?: string } | undefined)?.id,
    )
    return id === undefined ? null : { __typename: typeName, id }
  }

  value(instance: Instance, fieldName: string, args: Record<string, unknown> = {}): unknown {
    const { __typename, id } = instance
    if (fieldName === 'id') return id
    if (fieldName === 'code') return codeOf(id)
    if (fieldName === 'part' || fieldName === 'number') return partsOf(id)[fieldName]
    if (fieldName === 'org') return orgOf(id)
    if (fieldName === 'extra') return `extra of ${id}`
    const model = this.model(__typename).fields[fieldName]!
    if (model.kind === 'computed') {
      const given: Record<string, unknown> = {}
      for (const one of model.of) given[one] = this.required(instance, one)
      return computed(given, args.mark)
    }
    const given = this.values.get(`${id}.${fieldName}`) ?? null
    const isNone = given === null || given === FAILS
    const value = isNone && this.whole ? wholeOf(model) : given
    if (value === FAILS) throw new GraphQLError(`${id}.${fieldName} fails`)
    if (value === null) return null
    if (model.kind === 'priced') return `${value} ${args.currency ?? 'none'}`
    if (model.kind === 'echo') return `${value} ${JSON.stringify(args.of)}`
    if (model.kind === 'parts')
      return Array.from({ length: value as number }, (_, index) => ({ id: `part-${index}`, inContext: `in ${id}` }))
    if (model.kind !== 'reference') return value
    const found = (one: unknown) => (one === null ? null : { __typename: model.to, id: one })
    return Array.isArray(value) ? value.map(found) : found(value)
  }

  private below(object: Record<string, unknown>, fieldName: string): unknown {
    if (!('__typename' in object)) return object[fieldName]
    try {
      return this.value(object as unknown as Instance, fieldName)
    } catch {
      return null
    }
  }

  private required(instance: Instance, of: string): unknown {
    try {
      const { name, args, below } = parseRequired(of)
      const value = this.value(instance, name, args)
      return below ? told(value, one => this.below(one, below)) : value
    } catch {
      return null
    }
  }
}

export interface Instance {
  __typename: string
  id: string
  /** What a representation said. */
  given?: Record<string, unknown>
}

/** A value of a field that would have none. */
function wholeOf(model: FieldModel): unknown {
  switch (model.kind) {
    case 'scalar':
      return model.type === 'Int' ? 1 : model.type === 'Boolean' ? true : 'whole'
    case 'dimensions':
      return { width: 1, height: 1 }
    case 'reference':
      return model.list ? [] : `${model.to}-0`
    case 'mood':
      return 'ODD'
    case 'grid':
      return [[1]]
    case 'parts':
      return 1
    default:
      return 'whole'
  }
}

/** What is told of an object, or of each in a list. */
export function told(value: unknown, of: (object: Record<string, unknown>) => unknown): unknown {
  if (Array.isArray(value)) return value.map(one => told(one, of))
  return value === null ? null : of(value as Record<string, unknown>)
}

export const codeOf = (id: string) => `code-${id}`
export const partsOf = (id: string) => ({ part: id.split('-')[0]!, number: Number(id.split('-')[1]) })
export const orgOf = (id: string) => ({ id: `org-${id}`, label: `label of ${id}` })
export const computed = (given: Record<string, unknown>, mark: unknown) => `${JSON.stringify(given)} ${mark ?? ''}`

/** `price(currency: "USD")`, `dimensions { width }` */
export function parseRequired(of: string): { name: string; args: Record<string, string>; below: string | undefined } {
  const [, name = '', argument, value, below] = /^(\w+)(?:\((\w+): "(\w+)"\))?(?: \{ (\w+) \})?$/.exec(of)!
  return { name, args: argument && value ? { [argument]: value } : {}, below }
}

/** The one schema's resolver: from the world, whatever the field. */
export const resolveInWorld: GraphQLFieldResolver<unknown, World> = (source, args, world, info) => {
  const { fieldName, parentType, schema } = info
  if (parentType === schema.getQueryType()) return rootValue(world, fieldName, args)
  if (parentType === schema.getMutationType()) return changed(world, fieldName, args)
  if (source !== null && typeof source === 'object' && '__typename' in source)
    return world.value(source as Instance, fieldName, args)
  return (source as Record<string, unknown>)[fieldName]
}

/** `countIn0(fail:)`, `touchItemIn0` */
export function changed(world: World, fieldName: string, args: Record<string, unknown>): unknown {
  world.changes++
  if (args.fail) throw new GraphQLError(`${fieldName} fails`)
  const [, typeName] = /^touch(\w+?)In\d$/.exec(fieldName) ?? []
  return typeName ? { __typename: typeName, id: world.ids(typeName)[world.changes % world.instances] } : world.changes
}

/** `allItem`, `oneItem(id:)`, `any`, `things`, `labelled`; a number behind the name says which subgraph has it. */
export function rootValue(world: World, fieldName: string, args: Record<string, unknown>): unknown {
  const [, what, typeName = ''] = /^(all|one|any|things|labelled)(\w*?)(?:In\d)?$/.exec(fieldName)!
  if (what === 'one') return world.find(typeName, { id: args.id })
  const names = what === 'all' ? [typeName] : world.entities.map(({ name }) => name)
  return names.flatMap(name => world.ids(name).map(id => ({ __typename: name, id })))
}
