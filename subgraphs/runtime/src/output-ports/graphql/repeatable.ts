import { type ExtraField, FIXED_TYPES } from '@terrane/schema'
import {
  type DocumentNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql'

/** Types of the fixed API whose values a publication settles. */
const OF_DATA = new Set(['Query', 'PageInfo'])
const OF_TIME = new Set(FIXED_TYPES.filter(name => !OF_DATA.has(name)))

/**
 * Tells of operations whether the publication settles their answers: they select fields of datasets and nothing else. How
 * fresh a product is, who runs it, or what a product's own resolver makes of the hour, changes without a publication.
 */
export class RepeatableOperations {
  private readonly known = new WeakMap<OperationDefinitionNode, boolean>()
  private readonly extra: ReadonlySet<string>

  constructor(
    private readonly schema: GraphQLSchema,
    extra: readonly ExtraField[] = [],
  ) {
    this.extra = new Set(extra.map(({ type, field }) => `${type}.${field}`))
  }

  has(document: DocumentNode, operation: OperationDefinitionNode): boolean {
    const known = this.known.get(operation)
    if (known !== undefined) return known
    const repeatable = operation.operation === 'query' && this.selectsDataOnly(document)
    this.known.set(operation, repeatable)
    return repeatable
  }

  /** Of the whole document: what else it holds beside the operation only makes the answer stricter. */
  private selectsDataOnly(document: DocumentNode): boolean {
    const types = new TypeInfo(this.schema)
    let dataOnly = true
    visit(
      document,
      visitWithTypeInfo(types, {
        Field: ({ name }) => {
          const parent = types.getParentType()?.name
          const { value: field } = name
          if (field === '__typename') return
          if (parent === undefined || field.startsWith('__') || field === '_service') dataOnly = false
          else if (OF_TIME.has(parent) || this.extra.has(`${parent}.${field}`)) dataOnly = false
        },
      }),
    )
    return dataOnly
  }
}
