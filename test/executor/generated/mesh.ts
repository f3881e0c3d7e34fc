import { compose, composeServices } from '@apollo/composition'
import {
  buildSchemaFromAST,
  Subgraph as ComposedSubgraph,
  FederationBlueprint,
  Subgraphs,
} from '@apollo/federation-internals'
import type { GeneratorValue } from 'fast-check'
import * as fc from 'fast-check'
import {
  buildASTSchema,
  buildSchema,
  type DocumentNode,
  execute,
  type GraphQLFieldResolver,
  type GraphQLSchema,
  Kind,
  parse,
} from 'graphql'
import { addFeatures, ECHO_IN, MODES } from './features.js'
import {
  changed,
  computed,
  type EntityModel,
  FAILS,
  type FieldModel,
  type Instance,
  parseRequired,
  rootValue,
  told,
  World,
} from './world.js'

const FEDERATION =
  'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable", "@external", "@requires", "@provides", "@override", "@interfaceObject", "@inaccessible", "@context", "@fromContext"])\n'
const KEYS = ['id', 'code', 'part number', 'org { id } part'] as const
const KEY_FIELDS: Record<string, string> = {
  id: 'id: ID!',
  code: 'code: String!',
  part: 'part: String!',
  number: 'number: Int!',
  org: 'org: Org!',
}
/** `org { id } part` → `org`, `part` */
const namesOf = (key: string) =>
  key
    .replace(/\{.*?\}/g, '')
    .trim()
    .split(/\s+/)

const INSTANCES = 3

export interface GeneratedMesh {
  world: World
  supergraphSdl: string
  subgraphs: Map<string, { sdl: string; schema: GraphQLSchema; resolve: GraphQLFieldResolver<unknown, World> }>
  /** The same types in one schema. */
  monolith: GraphQLSchema
  /** How many turns an answer takes, so that answers come in another order than the questions. */
  turns: readonly number[]
  asked: number
  /** Whether the gateway may be held to it: who has no way from one subgraph to another cannot answer. */
  satisfiable(): boolean
}

export interface Subgraph {
  name: string
  /** Of every entity that is there: its keys, and lines of fields. */
  entities: Map<string, { keys: string[]; resolvable: boolean; fields: Map<string, string>; also?: string }>
  roots: Set<string>
  mutations: Set<string>
  /** `Item.total` → the field sets it is computed of. */
  computed: Map<string, string[]>
  more: string[]
}

/** A supergraph and its data; undefined where the subgraphs do not compose. */
export function generateMesh(gen: GeneratorValue): GeneratedMesh | undefined {
  const pick = <Item>(items: readonly Item[]): Item => items[gen(fc.nat, { max: items.length - 1 })]!
  const chance = (percent: number) => gen(fc.nat, { max: 99 }) < percent

  const names = ['Item', 'Maker', 'Place'].slice(0, 1 + gen(fc.nat, { max: 2 }))
  const subgraphs: Subgraph[] = Array.from({ length: 2 + gen(fc.nat, { max: 2 }) }, (_, index) => ({
    name: `s${index}`,
    entities: new Map(),
    roots: new Set(),
    mutations: new Set(),
    computed: new Map(),
    more: [],
  }))
  const models: EntityModel[] = names.map(name => ({ name, fields: {} }))
  const homes = new Map<string, Subgraph[]>()
  const interfaceObject = subgraphs.length > 2 && chance(40) ? subgraphs.at(-1) : undefined
  const home = interfaceObject ? subgraphs[0]! : pick(subgraphs)

  for (const name of names) {
    // One subgraph knows all keys, so that every other can be reached.
    const hub = interfaceObject ? home : pick(subgraphs)
    const others = subgraphs.filter(one => one !== hub && one !== interfaceObject && chance(70))
    homes.set(name, [hub, ...others])
    const hubKeys = ['id', ...KEYS.slice(1).filter(() => chance(60))]
    hub.entities.set(name, { keys: hubKeys, resolvable: true, fields: new Map() })
    for (const other of others) {
      const keys = hubKeys.filter(() => chance(50))
      other.entities.set(name, { keys: keys.length > 0 ? keys : [pick(hubKeys)], resolvable: true, fields: new Map() })
    }
  }

  const addField = (typeName: string, fieldName: string, model: FieldModel, owners: Subgraph[], line: string) => {
    models.find(({ name }) => name === typeName)!.fields[fieldName] = model
    for (const owner of owners)
      owner.entities.get(typeName)!.fields.set(fieldName, line + (owners.length > 1 ? ' @shareable' : ''))
  }
  for (const name of names) {
    const owners = homes.get(name)!
    for (let index = 0; index < 4 + gen(fc.nat, { max: 3 }); index++) {
      const fieldName = `f${index}`
      const nonNull = chance(15)
      const type = pick(['String', 'Int', 'Boolean', 'ID'] as const)
      const at = owners.filter(() => chance(15))
      addField(
        name,
        fieldName,
        { kind: 'scalar', type, nonNull },
        at.length > 0 ? at : [pick(owners)],
        `${fieldName}: ${type}${nonNull ? '!' : ''}`,
      )
    }
    addField(name, 'dimensions', { kind: 'dimensions' }, chance(30) ? owners : [pick(owners)], 'dimensions: Dimensions')
    addField(name, 'price', { kind: 'priced' }, [pick(owners)], 'price(currency: String): String')
    for (const to of names.filter(() => chance(80))) {
      const list = chance(50)
      const nonNull = chance(15)
      const fieldName = `${list ? 'all' : 'the'}${to}`
      const owner = pick(owners)
      // A subgraph that refers to what it has nothing of says so with a stub.
      if (owner === interfaceObject) continue
      if (!owner.entities.has(to)) {
        const key = pick(homes.get(to)![0]!.entities.get(to)!.keys)
        owner.entities.set(to, { keys: [key], resolvable: false, fields: new Map() })
      }
      const type = list ? `[${to}${chance(30) ? '!' : ''}]` : to
      addField(
        name,
        fieldName,
        { kind: 'reference', to, list, nonNull },
        [owner],
        `${fieldName}: ${type}${nonNull ? '!' : ''}`,
      )
    }
    // Of other subgraphs' fields, itself computed ones included.
    for (let index = 0; index < gen(fc.nat, { max: 3 }); index++) {
      const owner = pick(owners)
      const { fields } = owner.entities.get(name)!
      const foreign = Object.entries(models.find(one => one.name === name)!.fields).filter(
        ([fieldName, { kind }]) => !fields.has(fieldName) && kind !== 'reference',
      )
      if (foreign.length === 0) continue
      const of = [...new Set(Array.from({ length: 1 + gen(fc.nat, { max: 1 }) }, () => pick(foreign)[0]))].map(one =>
        one === 'dimensions'
          ? 'dimensions { width }'
          : one === 'price'
            ? `price(currency: "${pick(['USD', 'EUR'])}")`
            : one,
      )
      const fieldName = `c${index}`
      addField(
        name,
        fieldName,
        { kind: 'computed', of },
        [owner],
        `${fieldName}: String @requires(fields: ${JSON.stringify(of.join(' '))})`,
      )
      owner.computed.set(`${name}.${fieldName}`, of)
    }
    // Moved to another subgraph; the old one still has it.
    const moving = Object.entries(models.find(one => one.name === name)!.fields).find(
      ([, { kind }]) => kind === 'scalar',
    )
    const old = owners.find(one => one.entities.get(name)!.fields.has(moving![0]))!
    const next = owners.find(
      one => !one.entities.get(name)!.fields.has(moving![0]) && !requiresIn(one, name, moving![0]),
    )
    if (
      moving &&
      next &&
      owners.filter(one => one.entities.get(name)!.fields.has(moving[0])).length === 1 &&
      chance(30)
    )
      next.entities
        .get(name)!
        .fields.set(
          moving[0],
          `${old.entities.get(name)!.fields.get(moving[0])} @override(from: "${old.name}"${chance(50) ? `, label: "percent(${pick([0, 50, 100])})"` : ''})`,
        )
    for (const owner of owners) {
      if (owner !== owners[0] && !chance(50)) continue
      owner.roots.add(`all${name}In${owner.name.slice(1)}: [${name}!]`)
      if (owner.entities.get(name)!.keys.includes('id') && chance(50))
        owner.roots.add(`one${name}In${owner.name.slice(1)}(id: ID!): ${name}`)
    }
    if (owners.length > 1 && chance(40))
      for (const owner of owners.slice(0, 2)) owner.roots.add(`all${name}: [${name}!] @shareable`)
  }

  const union = subgraphs.find(one => names.every(name => one.entities.get(name)?.resolvable))
  if (union && names.length > 1) {
    union.more.push(`union Any = ${names.join(' | ')}`)
    union.roots.add('any: [Any]')
  }
  if (interfaceObject) {
    const weighed = chance(60)
    if (weighed) {
      // Computed of what only each type's own subgraph knows.
      interfaceObject.computed.set('Thing.weighed', ['size'])
      for (const name of names) {
        addField(name, 'size', { kind: 'scalar', type: 'Int', nonNull: false }, [home], 'size: Int')
        models.find(one => one.name === name)!.fields.weighed = { kind: 'computed', of: ['size'] }
      }
    }
    interfaceObject.more.push(
      `type Thing @key(fields: "id") @interfaceObject { id: ID! extra: String ${weighed ? 'size: Int @external weighed: String @requires(fields: "size")' : ''} }`,
    )
    interfaceObject.roots.add('thingsIn9: [Thing]')
    home.more.push(`interface Thing @key(fields: "id") { id: ID! ${weighed ? 'size: Int' : ''} }`)
    home.roots.add('things: [Thing!]')
  }

  addFeatures({ names, subgraphs, models, homes, spare: interfaceObject, addField, pick, chance })

  const world = new World(models, generateValues(models, gen, chance), INSTANCES)
  const built = subgraphs.map(one => ({
    name: one.name,
    sdl: print(one, models, interfaceObject ? home : undefined),
    one,
  }))
  const services = built.map(({ name, sdl }) => ({ name, url: `http://${name}.invalid`, typeDefs: parse(sdl) }))
  const { supergraphSdl } = compose(unchecked(services), { runSatisfiability: false })
  if (!supergraphSdl) return undefined
  return {
    world,
    supergraphSdl,
    turns: Array.from({ length: 17 }, () => gen(fc.nat, { max: 4 })),
    asked: 0,
    satisfiable: () => composeServices(services).supergraphSdl !== undefined,
    subgraphs: new Map(
      built.map(({ name, sdl, one }) => [name, { sdl, schema: subgraphSchema(sdl, one), resolve: resolverOf(one) }]),
    ),
    monolith: buildSchema(
      printMonolith(models, subgraphs, interfaceObject !== undefined, union !== undefined && names.length > 1),
      { assumeValid: true, assumeValidSDL: true },
    ),
  }
}

/** Of subgraphs that composition would take for right, as it does all that are generated: to check each is slow. */
function unchecked(services: { name: string; url: string; typeDefs: DocumentNode }[]): Subgraphs {
  const subgraphs = new Subgraphs()
  for (const { name, url, typeDefs } of services) {
    const schema = buildSchemaFromAST(typeDefs, { blueprint: new FederationBlueprint(true), validate: false })
    subgraphs.add(new ComposedSubgraph(name, url, schema).assumeValid())
  }
  return subgraphs
}

const requiresIn = (one: Subgraph, typeName: string, fieldName: string) =>
  [...one.computed].some(([of, sets]) => of.startsWith(`${typeName}.`) && sets.includes(fieldName))

function generateValues(models: EntityModel[], gen: GeneratorValue, chance: (percent: number) => boolean) {
  const values = new Map<string, unknown>()
  for (const { name, fields } of models) {
    const required = new Set(
      Object.values(fields).flatMap(model =>
        model.kind === 'computed' ? model.of.map(one => parseRequired(one).name) : [],
      ),
    )
    for (let index = 0; index < INSTANCES; index++)
      for (const [fieldName, model] of Object.entries(fields)) {
        const nullable = !('nonNull' in model && model.nonNull)
        const oddity = gen(fc.nat, { max: 99 })
        const where = `${name}-${index}.${fieldName}`
        // A required field that may not be null takes the rest of its fetch along: no gateway can know what that was.
        if (oddity < 4 && (nullable || !required.has(fieldName))) values.set(where, FAILS)
        else values.set(where, oddity < 12 && nullable ? null : generateValue(model, where, gen, chance))
      }
  }
  return values
}

function generateValue(
  model: FieldModel,
  where: string,
  gen: GeneratorValue,
  chance: (percent: number) => boolean,
): unknown {
  switch (model.kind) {
    case 'scalar':
      if (model.type === 'Int') return gen(fc.integer, { min: -5, max: 5 })
      if (model.type === 'Boolean') return chance(50)
      return chance(10) ? `"\ud83d\ude80 \\ ${where}` : where
    case 'dimensions':
      return { width: gen(fc.nat, { max: 9 }), height: chance(80) ? 1 : null }
    case 'priced':
      return where
    case 'mood':
      return ['GOOD', 'BAD', 'ODD'][gen(fc.nat, { max: 2 })]
    case 'grid':
      return [[gen(fc.nat, { max: 9 }), null], null, []]
    case 'echo':
      return where
    case 'parts':
      return gen(fc.nat, { max: 2 })
    case 'reference': {
      const id = () => `${model.to}-${gen(fc.nat, { max: INSTANCES - 1 })}`
      return model.list ? Array.from({ length: gen(fc.nat, { max: 3 }) }, id) : id()
    }
    case 'computed':
      return null
  }
}

function print(one: Subgraph, models: EntityModel[], home: Subgraph | undefined): string {
  const types = [...one.entities].map(([name, { keys, resolvable, fields, also = '' }]) => {
    const lines = new Map(keys.flatMap(namesOf).map(key => [key, KEY_FIELDS[key]!]))
    if (home === one) lines.set('id', KEY_FIELDS.id!)
    for (const [fieldName, line] of fields) lines.set(fieldName, line)
    for (const [of, sets] of one.computed)
      if (of.startsWith(`${name}.`))
        for (const set of sets) {
          const fieldName = parseRequired(set).name
          if (!lines.has(fieldName))
            lines.set(fieldName, `${typeLine(models.find(({ name: it }) => it === name)!, fieldName)} @external`)
        }
    const directives = keys.map(key => `@key(fields: "${key}"${resolvable ? '' : ', resolvable: false'})`)
    const implemented = [
      ...(home === one && resolvable ? ['Thing'] : []),
      ...(fields.has('label') ? ['Labelled'] : []),
    ].join(' & ')
    return `type ${name}${implemented ? ` implements ${implemented}` : ''}${also} ${directives.join(' ')} {\n  ${[...lines.values()].join('\n  ')}\n}`
  })
  const sdl = [...types, ...one.more, one.roots.size > 0 ? `type Query {\n  ${[...one.roots].join('\n  ')}\n}` : '']
  if (one.mutations.size > 0) sdl.push(`type Mutation {\n  ${[...one.mutations].join('\n  ')}\n}`)
  if (/: Dimensions/.test(sdl.join())) sdl.push('type Dimensions @shareable { width: Int! height: Int }')
  if (/: Org!/.test(sdl.join())) sdl.push('type Org @shareable { id: ID! label: String }')
  return FEDERATION + sdl.join('\n')
}

function typeLine({ fields }: EntityModel, fieldName: string): string {
  const model = fields[fieldName]!
  switch (model.kind) {
    case 'scalar':
      return `${fieldName}: ${model.type}${model.nonNull ? '!' : ''}`
    case 'dimensions':
      return 'dimensions: Dimensions'
    case 'priced':
      return 'price(currency: String): String'
    case 'computed':
      return `${fieldName}${model.marked ? '(mark: String)' : ''}: String`
    default:
      throw new TypeError(`${fieldName} is not required`)
  }
}

function printMonolith(models: EntityModel[], subgraphs: Subgraph[], things: boolean, union: boolean): string {
  const bare = (line: string) => line.replace(/ @.*$/, '')
  const types = models.map(({ name }) => {
    const lines = new Map<string, string>()
    for (const { entities } of subgraphs) {
      const entity = entities.get(name)
      for (const key of entity?.keys.flatMap(namesOf) ?? []) lines.set(key, KEY_FIELDS[key]!)
      for (const [fieldName, line] of entity?.fields ?? [])
        if (!line.includes('@external')) lines.set(fieldName, bare(line))
    }
    for (const { entities } of subgraphs)
      for (const [fieldName, line] of entities.get(name)?.fields ?? [])
        if (line.includes('@inaccessible')) lines.delete(fieldName)
    if (things) lines.set('extra', 'extra: String')
    if (lines.has('size')) lines.set('weighed', 'weighed: String')
    const implemented = [...(things ? ['Thing'] : []), ...(lines.has('label') ? ['Labelled'] : [])].join(' & ')
    return `type ${name}${implemented ? ` implements ${implemented}` : ''} { ${[...lines.values()].join(' ')} }`
  })
  const roots = new Set(subgraphs.flatMap(({ roots }) => [...roots].map(bare)))
  const mutations = subgraphs.flatMap(({ mutations }) => [...mutations])
  const text = [...types, ...roots].join()
  return [
    ...types,
    `type Query { ${[...roots].join(' ')} }`,
    'type Dimensions { width: Int! height: Int }',
    ...(text.includes(': Org!') ? ['type Org { id: ID! label: String }'] : []),
    ...(text.includes(': Mood') ? ['enum Mood { GOOD BAD ODD }'] : []),
    ...(text.includes('EchoIn') ? [`${ECHO_IN} }`, MODES] : []),
    ...(text.includes('[Part!]') ? ['type Part { id: ID! inContext: String }'] : []),
    ...(text.includes('Labelled')
      ? [`interface Labelled { label: String ${text.includes('mate') ? `mate: ${models[0]!.name}` : ''} }`]
      : []),
    ...(mutations.length > 0 ? [`type Mutation { ${mutations.join(' ')} }`] : []),
    ...(things
      ? [`interface Thing { id: ID! extra: String ${text.includes('size') ? 'size: Int weighed: String' : ''} }`]
      : []),
    ...(union ? [`union Any = ${models.map(({ name }) => name).join(' | ')}`] : []),
  ].join('\n')
}

/** Of a subgraph that `@apollo/subgraph` would take for right: composition has checked it, and to check it again is slow. */
function subgraphSchema(sdl: string, one: Subgraph): GraphQLSchema {
  const names = [...one.entities].filter(([, { resolvable }]) => resolvable).map(([name]) => name)
  if (/type Thing\b/.test(sdl)) names.push('Thing')
  if (sdl.includes('type Part')) names.push('Part')
  const text =
    names.length === 0
      ? sdl
      : `${sdl}
        scalar _Any
        union _Entity = ${names.join(' | ')}
        ${one.roots.size > 0 ? 'extend type' : 'type'} Query { _entities(representations: [_Any!]!): [_Entity]! }`
  const definitions = parse(text, { noLocation: true }).definitions.filter(({ kind }) => kind !== Kind.SCHEMA_EXTENSION)
  return buildASTSchema({ kind: Kind.DOCUMENT, definitions }, { assumeValid: true, assumeValidSDL: true })
}

/** What a representation stands for, as the subgraph knows it. */
function referred(one: Subgraph, world: World, given: Record<string, unknown>): unknown {
  const name = given.__typename as string
  if (name === 'Part') return given
  const instance =
    name === 'Thing'
      ? world.entities.map(entity => world.find(entity.name, given)).find(found => found !== null)
      : world.find(name, given)
  if (!instance) return null
  // An interface object does not know of what type it is.
  return one.entities.size === 0
    ? { ...instance, __typename: 'Thing', of: instance.__typename, given }
    : { ...instance, given }
}

/** From the world too, but what is computed only of what the representation says. */
function resolverOf(one: Subgraph): GraphQLFieldResolver<unknown, World> {
  return (source, args, world, { fieldName, parentType, schema }) => {
    if (parentType === schema.getMutationType()) return changed(world, fieldName, args)
    if (parentType === schema.getQueryType()) {
      if (fieldName === '_entities')
        return (args.representations as Record<string, unknown>[]).map(given => referred(one, world, given))
      const value = rootValue(world, fieldName, args)
      return fieldName === 'thingsIn9' && Array.isArray(value)
        ? value.map(({ id }) => ({ __typename: 'Thing', id }))
        : value
    }
    if (source === null || typeof source !== 'object') return undefined
    if (fieldName === 'inContext') return `in ${args.of}`
    if (!('__typename' in source)) return (source as Record<string, unknown>)[fieldName]
    const instance = source as Instance
    const of = one.computed.get(`${parentType.name}.${fieldName}`)
    if (!of) return world.value(instance, fieldName, args)
    const given: Record<string, unknown> = {}
    for (const set of of) {
      const { name, below } = parseRequired(set)
      const value = instance.given?.[name]
      if (value === undefined) throw new Error(`${set} was not given`)
      given[set] = below ? told(value, object => object[below]) : value
    }
    return computed(given, args.mark)
  }
}

/** Answers as a subgraph does over HTTP: nothing but JSON comes and goes. */
export async function answer(mesh: GeneratedMesh, name: string, query: string, variables: unknown): Promise<never> {
  const { schema, resolve } = mesh.subgraphs.get(name)!
  const turns = mesh.turns[mesh.asked++ % mesh.turns.length]!
  for (let turn = 0; turn < turns; turn++) await new Promise(resolve => setImmediate(resolve))
  const result = await execute({
    schema,
    document: parse(query),
    variableValues: JSON.parse(JSON.stringify(variables ?? {})),
    contextValue: mesh.world,
    fieldResolver: resolve,
    rootValue: {},
  })
  return JSON.parse(JSON.stringify(result)) as never
}
