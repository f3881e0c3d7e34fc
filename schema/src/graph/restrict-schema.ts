import {
  GraphQLDirective,
  GraphQLEnumType,
  type GraphQLFieldConfigArgumentMap,
  type GraphQLFieldConfigMap,
  GraphQLInputObjectType,
  GraphQLInterfaceType,
  GraphQLList,
  type GraphQLNamedType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLScalarType,
  GraphQLSchema,
  type GraphQLType,
  GraphQLUnionType,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedDirective,
  isSpecifiedScalarType,
  isUnionType,
} from 'graphql'
import { atOnce, type Steps } from './steps.js'

export interface Restriction {
  /** `Type`, `Type.member` and `Type.field(argument:)`: what is left out. */
  hidden: ReadonlySet<string>
  /** Whether what is described so is told without its description. */
  silences(description: string): boolean
}

/**
 * A schema without the places that are hidden, without what has no members any more, and without what only they led to.
 * A type from which nothing of that can be reached is the very object of the whole schema: the schemas of many callers
 * take little more than what tells them apart, in time as in memory.
 */
export function restrictSchema(whole: GraphQLSchema, restriction: Restriction): GraphQLSchema {
  return new Copies(whole, restriction, new Parts(whole, restriction)).schema()
}

interface Argument {
  readonly name: string
  readonly type: GraphQLType
}

/** A field, or a value of an enumeration. */
interface Member {
  readonly name: string
  readonly type?: GraphQLType
  readonly args?: readonly Argument[]
}

/** What of a schema is left, by type. */
class Parts {
  private readonly gone = new Set<string>()
  /** Types that are another than they were: they lost something, or lead to one that did. */
  readonly anew = new Set<string>()
  /** Types that can be got to from the roots. */
  readonly seen = new Set<string>()

  constructor(
    whole: GraphQLSchema,
    private readonly restriction: Restriction,
  ) {
    const outline = outlineOf(whole)
    const losing = this.losing(outline)
    this.empty(outline, losing)
    for (const name of losing) this.anew.add(name)
    // The set grows while it is walked.
    for (const name of this.anew) for (const user of outline.get(name)?.users ?? NONE) this.anew.add(user)
    this.look(whole, outline, losing)
  }

  holds(type: GraphQLType): boolean {
    return !this.gone.has(getNamedType(type).name)
  }

  /** Whether `<of>.<name>` is left. */
  keeps(of: GraphQLNamedType, { name, type }: Member): boolean {
    return (type === undefined || this.holds(type)) && !this.restriction.hidden.has(`${of.name}.${name}`)
  }

  keepsArgument(of: GraphQLNamedType, field: string, { name, type }: Argument): boolean {
    return this.holds(type) && !this.restriction.hidden.has(`${of.name}.${field}(${name}:)`)
  }

  /** Types that are hidden, have something hidden, or are described by it. */
  private losing(outline: Outline): Set<string> {
    const losing = new Set<string>()
    for (const place of this.restriction.hidden) {
      const [name] = place.split('.', 1) as [string]
      losing.add(name)
      if (name === place && outline.has(name)) this.gone.add(name)
    }
    for (const [name, { type, descriptions }] of outline)
      if (!isSpecifiedScalarType(type) && descriptions.some(one => this.restriction.silences(one))) losing.add(name)
    for (const name of this.gone) for (const user of outline.get(name)!.users) losing.add(user)
    return losing
  }

  /** Who has lost all is gone, and whoever names him loses something. */
  private empty(outline: Outline, losing: Set<string>): void {
    const queue = [...losing]
    for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
      const found = outline.get(name)
      if (!found || this.gone.has(name) || !this.isEmpty(found.type)) continue
      this.gone.add(name)
      for (const user of found.users) losing.add(user)
      queue.push(...found.users)
    }
  }

  private isEmpty(type: GraphQLNamedType): boolean {
    if (isUnionType(type)) return !type.getTypes().some(one => this.holds(one))
    return ('getFields' in type || isEnumType(type)) && !membersOf(type).some(member => this.keeps(type, member))
  }

  /** Walks all that is left, from the roots. */
  private look(whole: GraphQLSchema, outline: Outline, losing: ReadonlySet<string>): void {
    const queue: GraphQLNamedType[] = []
    const see = (type: GraphQLNamedType) => {
      if (this.seen.has(type.name) || !this.holds(type)) return
      this.seen.add(type.name)
      queue.push(type)
    }
    for (const root of [whole.getQueryType(), whole.getMutationType(), whole.getSubscriptionType()]) if (root) see(root)
    for (const { args } of whole.getDirectives()) for (const { type } of args) see(getNamedType(type))
    for (let type = queue.pop(); type; type = queue.pop()) {
      const below = losing.has(type.name) ? namedBy(type, this) : outline.get(type.name)!.below
      for (const { type: named, returned } of below) {
        see(named)
        if (!returned || !isInterfaceType(named) || !this.holds(named)) continue
        // What may stand where a field says so much.
        const { objects, interfaces } = whole.getImplementations(named)
        for (const one of [...objects, ...interfaces]) see(one)
      }
    }
  }
}

interface Named {
  type: GraphQLNamedType
  /** By a field: any of its implementations may stand there. */
  returned: boolean
}

/** Of each type, what is the same for every restriction. */
type Outline = ReadonlyMap<
  string,
  {
    type: GraphQLNamedType
    below: readonly Named[]
    /** Names of the types that name it. */
    users: Set<string>
    descriptions: readonly string[]
  }
>

const outlines = new WeakMap<GraphQLSchema, Outline>()

/** What the first restriction of a schema would otherwise find out, for all of them; in steps for who has other things to do. */
export function* outlineInSteps(schema: GraphQLSchema): Steps<Outline> {
  const outline = new Map<string, ReturnType<typeof outlined>>()
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isIntrospectionType(type)) outline.set(type.name, outlined(type))
    yield
  }
  for (const { type, below } of outline.values())
    for (const named of below) outline.get(named.type.name)?.users.add(type.name)
  outlines.set(schema, outline)
  return outline
}

const outlined = (type: GraphQLNamedType) => ({
  type,
  below: namedBy(type),
  users: new Set<string>(),
  descriptions: descriptionsOf(type),
})

function outlineOf(schema: GraphQLSchema): Outline {
  return outlines.get(schema) ?? atOnce(outlineInSteps(schema))
}

/** The types that a type says in so many words; of `parts` what is left of it. */
function namedBy(type: GraphQLNamedType, parts?: Pick<Parts, 'keeps' | 'keepsArgument'>): Named[] {
  const named: Named[] = []
  const by = (one: GraphQLType, returned = false) => named.push({ type: getNamedType(one), returned })
  if (isUnionType(type)) for (const one of type.getTypes()) by(one)
  if ('getInterfaces' in type) for (const one of type.getInterfaces()) by(one)
  for (const member of membersOf(type)) {
    if (member.type === undefined || parts?.keeps(type, member) === false) continue
    by(member.type, true)
    for (const argument of member.args ?? NONE)
      if (parts?.keepsArgument(type, member.name, argument) !== false) by(argument.type)
  }
  return named
}

function descriptionsOf(type: GraphQLNamedType): string[] {
  const of = (one: object) => ('description' in one && one.description ? [String(one.description)] : [])
  return [type, ...membersOf(type).flatMap(member => [member, ...(member.args ?? NONE)])].flatMap(of)
}

function membersOf(type: GraphQLNamedType): readonly Member[] {
  if (isEnumType(type)) return type.getValues()
  return 'getFields' in type ? Object.values(type.getFields()) : NONE
}

const NONE: readonly never[] = []

/** Makes the schema of what is left. */
class Copies {
  private readonly made = new Map<string, GraphQLNamedType>()

  constructor(
    private readonly whole: GraphQLSchema,
    private readonly restriction: Restriction,
    private readonly parts: Parts,
  ) {}

  schema(): GraphQLSchema {
    const { whole, parts } = this
    const config = whole.toConfig()
    const root = (type: GraphQLObjectType | null | undefined) => (type && parts.holds(type) ? this.of(type) : null)
    return new GraphQLSchema({
      ...config,
      query: root(config.query),
      mutation: root(config.mutation),
      subscription: root(config.subscription),
      types: config.types.filter(({ name }) => parts.seen.has(name)).map(type => this.of(type)),
      directives: config.directives.map(one => this.directive(one)),
    })
  }

  private of<Type extends GraphQLNamedType>(type: Type): Type {
    if (!this.parts.anew.has(type.name)) return type
    const made = this.made.get(type.name) ?? this.make(type)
    this.made.set(type.name, made)
    return made as Type
  }

  private make(type: GraphQLNamedType): GraphQLNamedType {
    const { parts } = this
    const named = <Named extends GraphQLNamedType>(types: readonly Named[]) =>
      types.filter(one => parts.holds(one)).map(one => this.of(one))
    if (isObjectType(type)) {
      const config = this.quiet(type.toConfig())
      const interfaces = () => named(config.interfaces)
      return new GraphQLObjectType({ ...config, interfaces, fields: () => this.fields(type, config.fields) })
    }
    if (isInterfaceType(type)) {
      const config = this.quiet(type.toConfig())
      const interfaces = () => named(config.interfaces)
      return new GraphQLInterfaceType({ ...config, interfaces, fields: () => this.fields(type, config.fields) })
    }
    if (isUnionType(type)) {
      const config = this.quiet(type.toConfig())
      return new GraphQLUnionType({ ...config, types: () => named(config.types) })
    }
    if (isInputObjectType(type)) {
      const config = this.quiet(type.toConfig())
      const fields = () =>
        this.kept(type, config.fields, field => ({ ...this.quiet(field), type: this.to(field.type) }))
      return new GraphQLInputObjectType({ ...config, fields })
    }
    if (isEnumType(type)) {
      const config = this.quiet(type.toConfig())
      return new GraphQLEnumType({ ...config, values: this.kept(type, config.values, value => this.quiet(value)) })
    }
    return new GraphQLScalarType(this.quiet(type.toConfig()))
  }

  private fields(type: GraphQLNamedType, fields: GraphQLFieldConfigMap<unknown, unknown>) {
    return this.kept(type, fields, (field, name) => ({
      ...this.quiet(field),
      type: this.to(field.type),
      args: this.arguments(field.args ?? {}, (argument, of) =>
        this.parts.keepsArgument(type, name, { name: argument, type: of }),
      ),
    }))
  }

  private arguments(args: GraphQLFieldConfigArgumentMap, keeps: (name: string, type: GraphQLType) => boolean) {
    const kept = Object.entries(args).filter(([name, { type }]) => keeps(name, type))
    return Object.fromEntries(
      kept.map(([name, argument]) => [name, { ...this.quiet(argument), type: this.to(argument.type) }]),
    )
  }

  /** Of a configuration's members, those that are left. */
  private kept<Config, Copy>(
    type: GraphQLNamedType,
    members: Readonly<Record<string, Config>>,
    copy: (member: Config, name: string) => Copy,
  ): Record<string, Copy> {
    const kept = Object.entries(members).filter(([name, member]) =>
      this.parts.keeps(type, { name, ...(isEnumType(type) ? {} : { type: (member as { type: GraphQLType }).type }) }),
    )
    return Object.fromEntries(kept.map(([name, member]) => [name, copy(member, name)]))
  }

  private directive(directive: GraphQLDirective): GraphQLDirective {
    if (isSpecifiedDirective(directive)) return directive
    const config = directive.toConfig()
    return new GraphQLDirective({
      ...config,
      args: this.arguments(config.args, (_, type) => this.parts.holds(type)),
    })
  }

  private quiet<Config extends { description?: string | null | undefined }>(config: Config): Config {
    const { description } = config
    return description && this.restriction.silences(description) ? { ...config, description: undefined } : config
  }

  private to<Type extends GraphQLType>(type: Type): Type {
    if (isNonNullType(type) || isListType(type)) {
      const of = this.to(type.ofType as GraphQLType)
      if (of === type.ofType) return type
      return (isListType(type) ? new GraphQLList(of) : new GraphQLNonNull(of as never)) as unknown as Type
    }
    return this.of(type as GraphQLNamedType) as Type
  }
}
