import { type DocumentNode, visit } from 'graphql'

/** What a token of a document that was parsed takes, the nodes made of it included: 300 to 450 bytes were measured. */
export const BYTES_PER_TOKEN = 400

/** A character of its text, which is held as long as anything of it is: one token may be a comment of a megabyte. */
export const BYTES_PER_CHARACTER = 2

/** How many a document is made of; of one that was made without a text, its nodes. */
export function tokensOf(document: DocumentNode): number {
  let tokens = 0
  for (let token = document.loc?.startToken; token; token = token.next ?? undefined) tokens++
  if (tokens === 0) visit(document, { enter: () => void tokens++ })
  return tokens
}
