import type { FastifyRequest } from 'fastify'
import { EXPLAIN_HEADER } from '../executor/explain/explain-request.js'
import { contentTypeFor } from './accepted.js'
import type { KnownDocument, KnownDocuments } from './known-documents.js'

/** A request about which there is nothing left for Apollo Server to find out. */
export interface DirectQuestion {
  text: string
  known: KnownDocument
  operationName: string | undefined
  variables: Record<string, unknown> | undefined
  accept: string | undefined
  /** Of the answer. */
  contentType: string
}

/**
 * What a request asks, where it is one ordinary operation sent as JSON, of a document that is known. Undefined where
 * anything about it is unusual or wrong: Apollo Server answers that, or says what is the matter.
 */
export function directQuestion(request: FastifyRequest, documents: KnownDocuments): DirectQuestion | undefined {
  const { method, headers, body } = request
  // Forms of other sites can send every other type of body without asking first.
  if (method !== 'POST' || !isJson(headers['content-type'])) return undefined
  if (headers[EXPLAIN_HEADER] !== undefined) return undefined
  const { accept } = headers
  const contentType = contentTypeFor(accept)
  if (contentType === undefined || !isRecord(body)) return undefined
  const { query, variables, operationName, extensions } = body
  if (typeof query !== 'string') return undefined
  if (!isNothing(variables) && !isRecord(variables)) return undefined
  if (!isNothing(extensions) && (!isRecord(extensions) || 'persistedQuery' in extensions)) return undefined
  const known = documents.get(query)
  if (!known) return undefined
  const name = isNothing(operationName) ? undefined : operationName
  if (name !== undefined && name !== known.operation.name?.value) return undefined
  return {
    text: query,
    known,
    operationName: name as string | undefined,
    variables: variables ?? undefined,
    accept,
    contentType,
  }
}

const isJson = (type: string | undefined) =>
  type !== undefined && (type === 'application/json' || type.startsWith('application/json;'))
const isNothing = (value: unknown): value is null | undefined => value === null || value === undefined
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
