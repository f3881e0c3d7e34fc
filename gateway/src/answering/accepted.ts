const JSON_TYPE = 'application/json; charset=utf-8'
const RESPONSE_TYPE = 'application/graphql-response+json; charset=utf-8'

/** What widespread clients say that they take, each with what it is answered as (GraphQL over HTTP, §Media types). */
const ANSWERED_AS: ReadonlyMap<string, string> = new Map([
  ['*/*', JSON_TYPE],
  ['application/json', JSON_TYPE],
  ['application/json; charset=utf-8', JSON_TYPE],
  ['application/json, text/plain, */*', JSON_TYPE],
  ['application/graphql-response+json', RESPONSE_TYPE],
  ['application/graphql-response+json; charset=utf-8', RESPONSE_TYPE],
  ['application/graphql-response+json, application/json', RESPONSE_TYPE],
  ['application/graphql-response+json,application/json;q=0.9', RESPONSE_TYPE],
  ['application/graphql-response+json, application/json;q=0.9', RESPONSE_TYPE],
  ['application/graphql-response+json; charset=utf-8, application/json; charset=utf-8', RESPONSE_TYPE],
])

/** The answer's `content-type` for an `accept` header, undefined where it must be negotiated. */
export function contentTypeFor(accept: string | undefined): string | undefined {
  return accept === undefined || accept === '' ? JSON_TYPE : ANSWERED_AS.get(accept)
}
