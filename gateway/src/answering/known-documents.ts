import type { ApolloServerPlugin } from '@apollo/server'
import { type DocumentNode, Kind, type OperationDefinitionNode } from 'graphql'
import { BoundedMap } from '../bounded-map.js'
import { BYTES_PER_CHARACTER, BYTES_PER_TOKEN, tokensOf } from '../document-tokens.js'
import type { Operation } from '../executor/operation.js'

/** Some 40 MB: a token of a parsed document takes 300 to 400 bytes, and its text counts as so many more. */
const TOKENS = 100_000

/** A document that was read before and is within the limits that its text alone decides about. */
export interface KnownDocument {
  document: DocumentNode
  /** SHA-256 of the text, in hexadecimal. */
  queryHash: string
  /** The only one there is, which needs no name. */
  operation: OperationDefinitionNode
}

/**
 * Documents by their exact text. Nothing of it depends on who asks, on variables or on a supergraph: what of a document is
 * right, allowed and affordable is found out at every operation. Forgets what has not been asked for, for long.
 */
export class KnownDocuments {
  private readonly byText: BoundedMap<string, KnownDocument>

  constructor(private readonly most = TOKENS) {
    this.byText = new BoundedMap(most)
  }

  get(text: string): KnownDocument | undefined {
    return this.byText.get(text)
  }

  /** Takes note of questions and mutations alone in their document; all others are read every time. */
  learn(text: string, document: DocumentNode, queryHash: string): void {
    if (this.byText.has(text)) return
    const [operation, another] = document.definitions.filter(one => one.kind === Kind.OPERATION_DEFINITION)
    if (!operation || another || operation.operation === 'subscription') return
    const weight = tokensOf(document) + Math.ceil((BYTES_PER_CHARACTER * text.length) / BYTES_PER_TOKEN)
    if (weight <= this.most / 10) this.byText.set(text, { document, queryHash, operation }, weight)
  }

  /** Learns from Apollo Server, which comes to an execution only once a document was read and no limit has refused it. */
  learning(): ApolloServerPlugin<Operation> {
    return {
      requestDidStart: async () => ({
        executionDidStart: async ({ source, document, queryHash }) => this.learn(source, document, queryHash),
      }),
    }
  }
}
