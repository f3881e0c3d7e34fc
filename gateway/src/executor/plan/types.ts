import { type GraphQLSchema, isAbstractType, isInterfaceType, isListType, isNonNullType, isObjectType } from 'graphql'

/** Which types a condition of the plan covers, of the whole supergraph, hidden types included. */
export class Types {
  private readonly covered = new Map<string, ReadonlySet<string>>()

  constructor(private readonly schema: GraphQLSchema) {}

  /** An interface object names itself by its interface, so that interfaces are among what an interface covers. */
  covers(condition: string, typeName: unknown): boolean {
    return typeName === condition || (typeof typeName === 'string' && this.below(condition).has(typeName))
  }

  isAbstract(typeName: unknown): boolean {
    return typeof typeName === 'string' && isAbstractType(this.schema.getType(typeName))
  }

  private below(condition: string): ReadonlySet<string> {
    const known = this.covered.get(condition)
    if (known) return known
    const covered = new Set<string>()
    const type = this.schema.getType(condition)
    if (isAbstractType(type))
      for (const one of Object.values(this.schema.getTypeMap()))
        if ((isObjectType(one) || isInterfaceType(one)) && this.schema.isSubType(type, one)) covered.add(one.name)
    this.covered.set(condition, covered)
    return covered
  }
}

/** One `@` per list around a type. */
export function listsOf(type: unknown): string[] {
  if (isNonNullType(type)) return listsOf(type.ofType)
  return isListType(type) ? ['@', ...listsOf(type.ofType)] : []
}
