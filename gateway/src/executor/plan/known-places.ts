import { GraphQLError, type GraphQLSchema, isInterfaceType, isObjectType } from 'graphql'
import type { Selected } from './aliases-apart.js'

/** Tells errors at no place whose name a client may not know. */
export class KnownPlaces {
  private names: Set<string> | undefined

  /** `apiSchema`: what clients may ask. */
  constructor(private readonly apiSchema: GraphQLSchema) {}

  /**
   * At the last place of an error's path that the question has, or that is called as a field that clients may ask is: keys
   * and what is required are fetched beside the question, and may be inaccessible.
   */
  at(error: GraphQLError, asked: Selected): GraphQLError {
    const { message, path = [], extensions, originalError } = error
    let here: Selected | undefined = asked
    for (const [index, step] of path.entries()) {
      if (typeof step === 'number') continue
      if (!here?.keys.has(step) && !this.isField(step)) {
        const known = index === 0 ? {} : { path: path.slice(0, index) }
        return new GraphQLError(message, { ...known, extensions, originalError })
      }
      here = here?.below.get(step)
    }
    return error
  }

  private isField(name: string): boolean {
    this.names ??= new Set(
      Object.values(this.apiSchema.getTypeMap()).flatMap(type =>
        isObjectType(type) || isInterfaceType(type) ? Object.keys(type.getFields()) : [],
      ),
    )
    return this.names.has(name)
  }
}
