import { getMetadataStorage } from 'type-graphql'

/** Where TypeGraphQL keeps what its decorators collected: one place for the whole process. */
const place = globalThis as { TypeGraphQLMetadataStorage?: ReturnType<typeof getMetadataStorage> }

/**
 * Declares and builds in a copy of TypeGraphQL's metadata. What is generated for one product goes with the copy, so
 * hundreds of products build in one process and the memory stays flat; what is decorated in files (the fixed API, a
 * product's own resolvers) stays for the next. `clear()`, the documented way, would lose the latter. Synchronous only.
 */
export function inOwnMetadata<Result>(build: () => Result): Result {
  const shared = getMetadataStorage()
  place.TypeGraphQLMetadataStorage = (shared as typeof shared & { clone(): typeof shared }).clone()
  try {
    return build()
  } finally {
    place.TypeGraphQLMetadataStorage = shared
  }
}
