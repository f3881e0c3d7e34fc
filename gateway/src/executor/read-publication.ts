import type { GraphQLDataSource } from '@apollo/gateway'
import type { Repeatable } from '@terrane/schema'
import { GraphQLError } from 'graphql'
import type { ReadPublication } from './publication-pins.js'

type Answer = Awaited<ReturnType<GraphQLDataSource['process']>>

/** `extensions.terrane` of a product's answer, whatever is in it. */
interface Told {
  publications?: unknown
  publicationIds?: unknown
  repeatable?: Partial<Repeatable>
}

/** In the words of products. */
const GONE = 'PUBLICATION_GONE'

/** The publication that an answer says it has read. */
export function publicationIn({ extensions }: Answer, product: string): ReadPublication | undefined {
  const told = extensions?.terrane as Told | undefined
  const publication = own(told?.publications, product)
  if (typeof publication !== 'number') return undefined
  // Products from before names were told of every answer tell them of those that may be given again.
  const publicationId = own(told?.publicationIds, product) ?? told?.repeatable?.publicationId
  // It goes into a header as it is.
  return typeof publicationId === 'string' && NAME.test(publicationId)
    ? { publication, publicationId }
    : { publication }
}

/**
 * Whether an answer is of another publication of the same number: what a product does that passes over the name. One that
 * tells no name is taken at its number.
 */
export function readsAnother(answer: Answer, product: string, { publicationId }: ReadPublication): boolean {
  const told = publicationIn(answer, product)?.publicationId
  return publicationId !== undefined && told !== undefined && told !== publicationId
}

/** What a product that minds the name answers instead. */
export const ofAnother = (product: string, { publication }: ReadPublication): Answer => ({
  errors: [
    new GraphQLError(`The publication ${publication} of "${product}" that was read is no longer there.`, {
      extensions: { code: GONE, publication },
    }),
  ],
})

/** Whether the product has no more what it was asked to stay on. */
export function isGone({ errors }: Answer, { publication }: ReadPublication): boolean {
  return errors?.some(({ extensions }) => extensions?.code === GONE && extensions.publication === publication) === true
}

const NAME = /^[\w.:-]{1,100}$/

const own = (of: unknown, name: string): unknown =>
  typeof of === 'object' && of !== null && Object.hasOwn(of, name) ? (of as Record<string, unknown>)[name] : undefined
