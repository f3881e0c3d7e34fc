import { createHash } from 'node:crypto'
import { IDENTITY_HEADER } from '@terrane/schema'
import { stringify } from 'yaml'

const TYPES = { yaml: 'application/yaml; charset=utf-8', json: 'application/json; charset=utf-8' }

/**
 * A document as YAML or JSON, whichever `accept` likes better, and 304 to who has it already. The tag is of what this
 * caller sees, so it tells nothing of what they do not.
 */
export function documentResponse(request: Request, document: object, otherwise: 'yaml' | 'json' = 'yaml'): Response {
  const form = preferred(request.headers.get('accept'), otherwise)
  const text = form === 'yaml' ? stringify(document) : JSON.stringify(document)
  const headers = {
    etag: `"${createHash('sha256').update(`${form}\n${text}`).digest('base64url').slice(0, 22)}"`,
    'cache-control': 'private, no-cache',
    vary: `accept, ${IDENTITY_HEADER}`,
  }
  const known = request.headers.get('if-none-match')?.split(',') ?? []
  if (known.some(tag => [headers.etag, '*'].includes(tag.trim().replace(/^W\//, ''))))
    return new Response(null, { status: 304, headers })
  return new Response(text, {
    headers: { ...headers, 'content-type': TYPES[form], 'x-content-type-options': 'nosniff' },
  })
}

/** RFC 9110 §12.5.1. Whoever names neither gets what the address is for. */
function preferred(accept: string | null, otherwise: 'yaml' | 'json'): 'yaml' | 'json' {
  const quality = { yaml: 0, json: 0 }
  for (const range of (accept ?? '').toLowerCase().split(',')) {
    const [type = '', ...parameters] = range.split(';').map(part => part.trim())
    const given = Number(parameters.find(parameter => parameter.startsWith('q='))?.slice(2) ?? 1)
    const form = /^(application|text)\/((x|vnd)[-.])?yaml$/.test(type)
      ? 'yaml'
      : /^application\/(json|.+\+json)$/.test(type)
        ? 'json'
        : undefined
    if (form) quality[form] = Math.max(quality[form], given)
  }
  if (quality.yaml === quality.json) return otherwise
  return quality.yaml > quality.json ? 'yaml' : 'json'
}
