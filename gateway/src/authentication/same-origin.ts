import type { FastifyRequest } from 'fastify'

/**
 * Whether a page of this gateway made the request, as far as a browser says: Sec-Fetch-Site, which no script can set, else
 * Origin. Whoever says neither is no page of ours.
 */
export function isSameOrigin(request: FastifyRequest, publicOrigin: string): boolean {
  const site = request.headers['sec-fetch-site']
  if (site !== undefined) return site === 'same-origin'
  const { origin } = request.headers
  if (origin === undefined || !URL.canParse(origin)) return false
  return origin === publicOrigin || new URL(origin).host === request.headers.host
}

const SAFE = ['GET', 'HEAD', 'OPTIONS']

export const mayChange = ({ method }: FastifyRequest) => !SAFE.includes(method)
