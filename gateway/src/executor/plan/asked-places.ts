import {
  type DocumentNode,
  type GraphQLCompositeType,
  type GraphQLError,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isObjectType,
  type OperationDefinitionNode,
} from 'graphql'
import type { Selected } from './aliases-apart.js'
import { type Fields, isFields, own, type Path } from './place.js'
import { type Conditions, type SelectedSet, Selections } from './selected-fields.js'

/**
 * The places of one answer that its question asks for, by what its objects turned out to be. A plan has one fetch for all
 * objects at a path, so that a field may be fetched, and fail, of objects of which nobody asked for it.
 */
export class AskedPlaces {
  private readonly selections: Selections

  constructor(
    private readonly schema: GraphQLSchema,
    document: DocumentNode,
    private readonly operation: OperationDefinitionNode,
    conditions: Conditions,
    private readonly fetched: Fields,
    /** The same of all types together. */
    private readonly selected: Selected,
    /** Names of what is fetched for others to be computed of: nobody else may tell why those are not what they would be. */
    private readonly taken: ReadonlySet<string>,
  ) {
    this.selections = new Selections(schema, document, conditions, () => false)
  }

  /**
   * Whether an error is about something that the question asks for of another object only. `fields`: of one about whole
   * objects, what was to be fetched of them.
   */
  isOfAnother({ path = [] }: GraphQLError, fields: readonly string[] = []): boolean {
    if (fields.length === 0) return this.isUnasked(this.firstUnasked(path as Path))
    return fields.every(field => this.isUnasked(this.firstUnasked([...(path as Path), field])))
  }

  private isUnasked(step: string | undefined): boolean {
    return step !== undefined && !this.taken.has(step)
  }

  private firstUnasked(path: Path): string | undefined {
    let type: GraphQLCompositeType | undefined = this.schema.getRootType(this.operation.operation)!
    let sets: readonly SelectedSet[] = [{ set: this.operation.selectionSet, on: type }]
    let value: unknown = this.fetched
    let here: Selected | undefined = this.selected
    for (const step of path) {
      if (typeof step === 'number') {
        value = Array.isArray(value) ? value[step] : undefined
        continue
      }
      const actual = typeOf(value, type, this.schema)
      // What was made up, or what became nothing: of that it cannot be known.
      if (!actual || !here?.keys.has(step)) return undefined
      const field = this.selections.fieldsOf(actual, sets).get(step)
      if (!field) return step
      const declared = 'getFields' in actual ? actual.getFields()[field.name] : undefined
      const below = declared && getNamedType(declared.type)
      type = isCompositeType(below) ? below : undefined
      sets = field.below
      value = own(value as Fields, step)
      here = here.below.get(step)
    }
    return undefined
  }
}

function typeOf(value: unknown, declared: GraphQLCompositeType | undefined, schema: GraphQLSchema) {
  if (!isFields(value)) return undefined
  if (isObjectType(declared)) return declared
  const typeName = own(value, '__typename')
  const told = typeof typeName === 'string' ? schema.getType(typeName) : undefined
  return isObjectType(told) ? told : undefined
}
