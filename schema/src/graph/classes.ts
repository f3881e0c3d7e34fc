import { Arg, Directive, Field, InputType, Mutation, ObjectType, Query, Resolver, registerEnumType } from 'type-graphql'
import type { FieldPlan, NamedTypeOf, TypeOf, TypePlan } from './type-plan.js'

type Class = abstract new (...args: never[]) => object

/**
 * TypeGraphQL classes of the planned types: its decorators are called as functions. Fields have no resolvers here
 * (`simpleResolvers`); they are attached to the built schema. `Query` and `Mutation` become resolver classes, which are
 * the roots; the others are found through them.
 */
export function declareClasses(plans: TypePlan[]): { roots: Class[]; declared: ReadonlyMap<string, object> } {
  const declared = new Map<string, object>()
  for (const plan of plans) {
    if (plan.kind === 'enum') declared.set(plan.name, Object.fromEntries(plan.members.map(({ name }) => [name, name])))
    else declared.set(plan.name, namedClass(plan.name, plan.kind === 'object' ? plan.extends : undefined))
  }
  const resolve = (of: NamedTypeOf) => (typeof of === 'string' ? declared.get(of)! : of)
  const roots: Class[] = []
  for (const plan of plans) {
    const target = declared.get(plan.name)!
    if (plan.kind === 'enum') {
      const valuesConfig = Object.fromEntries(plan.members.map(({ name, description }) => [name, { description }]))
      registerEnumType(target, { name: plan.name, description: plan.description, valuesConfig })
      continue
    }
    const type = target as Class
    if (plan.kind === 'input') InputType(plan.name, { description: plan.description })(type)
    else if (isRoot(plan.name)) {
      Resolver()(type)
      roots.push(type)
    } else {
      ObjectType(plan.name, { description: plan.description, simpleResolvers: true })(type)
      // TypeGraphQL takes directives for decorators, which are written last to first.
      for (const directive of plan.directives?.toReversed() ?? []) Directive(directive)(type)
    }
    for (const field of plan.fields) declareField(plan.name, type, field, resolve)
  }
  return { roots, declared }
}

const isRoot = (name: string) => name === 'Query' || name === 'Mutation'

function declareField(typeName: string, type: Class, field: FieldPlan, resolve: (of: NamedTypeOf) => object) {
  const { prototype } = type
  const { description, deprecated: deprecationReason } = field
  const options = { description, deprecationReason, nullable: !field.type.required }
  const decorate = typeName === 'Query' ? Query : typeName === 'Mutation' ? Mutation : Field
  decorate(typeFunction(field.type, resolve), options)(prototype, field.name, undefined as never)
  field.args?.forEach((argument, index) => {
    const { description, defaultValue } = argument
    const nullable = !argument.type.required
    Arg(argument.name, typeFunction(argument.type, resolve), { description, defaultValue, nullable })(
      prototype,
      field.name,
      index,
    )
  })
  for (const directive of field.directives?.toReversed() ?? []) Directive(directive)(prototype, field.name)
}

function typeFunction(type: TypeOf, resolve: (of: NamedTypeOf) => object) {
  return () => (type.list ? [resolve(type.of)] : resolve(type.of)) as never
}

function namedClass(name: string, base?: Class): Class {
  const made = base ? class extends (base as new () => object) {} : class {}
  Object.defineProperty(made, 'name', { value: name })
  return made
}
