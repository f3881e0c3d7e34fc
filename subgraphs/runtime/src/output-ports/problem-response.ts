import { Refusal } from './refusal.js'

const TITLES: Record<number, string> = {
  400: 'Bad request',
  401: 'Not authenticated',
  403: 'Not allowed',
  404: 'Not found',
  405: 'Method not allowed',
  406: 'No such format',
  410: 'No longer kept',
  413: 'Too large',
  415: 'Unsupported media type',
  422: 'Not accepted',
  500: 'Internal error',
  503: 'Not yet available',
}

/** Problem details for HTTP (RFC 9457). `members` are added as extension members. */
export function problemResponse(
  status: number,
  detail: string,
  members: Record<string, unknown> = {},
  headers: Record<string, string> = {},
): Response {
  const body = { type: 'about:blank', title: TITLES[status] ?? 'Error', status, detail, ...members }
  return new Response(JSON.stringify(body), {
    status,
    headers: { 'content-type': 'application/problem+json', 'cache-control': 'no-store', ...headers },
  })
}

export function refusalResponse({ status, message, extensions }: Refusal): Response {
  return problemResponse(status, message, extensions)
}

/** The same words for what does not exist and for what may not be known of. */
export const notFound = () => problemResponse(404, 'There is nothing at this address that you may know of.')
