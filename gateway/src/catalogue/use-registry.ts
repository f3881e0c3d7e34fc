import type { Fingerprint, GatewayKeys } from '@terrane/schema'
import type { Part } from '../plugins/part.js'
import { problemJson } from '../problem-json.js'
import type { Registry } from './registry.js'

/**
 * `POST /registry/products {"url", "name"?, "replace"?, "checked"?}` by role `admin`: 201, or 422 with what is in the way.
 * 202 with a problem where it is published, and this gateway cannot put it in force yet.
 * `checked: {"sdl", "contracts"}` are hashes of what was checked: a product that serves anything else is refused.
 * `GET /.well-known/terrane-keys`: what a product must trust to take part.
 */
export function useRegistry(registry: Registry, jwks: GatewayKeys['jwks']): Part {
  return {
    http(app) {
      app.get('/.well-known/terrane-keys', async () => jwks)
      app.post('/registry/products', { config: { authenticate: 'problem' } }, async (request, reply) => {
        if (!request.caller.authenticated) return problemJson(reply, 401, 'Sign in to publish a product.')
        if (!request.caller.roles.includes('admin'))
          return problemJson(reply, 403, 'Publishing a product takes the role admin.')
        const { url, name, replace, checked } = (request.body ?? {}) as Record<string, unknown>
        if (typeof url !== 'string' || (name !== undefined && typeof name !== 'string'))
          return problemJson(reply, 400, 'Say where the product is served: {"url": "http://127.0.0.1:4001"}.')
        if (checked !== undefined && !isFingerprint(checked))
          return problemJson(
            reply,
            400,
            'Say what was checked by both hashes: {"sdl": "sha256:…", "contracts": "sha256:…"}.',
          )
        const published = await registry.publish({
          url,
          ...(name === undefined ? {} : { name }),
          replace: replace === true,
          ...(checked === undefined ? {} : { checked }),
          by: request.caller.subject,
        })
        const { name: of, problems } = published
        if (published.published) return reply.code(problems.length === 0 ? 201 : 202).send({ name: of, problems })
        return problemJson(reply, 422, 'The product was not published; nothing has changed.', { problems })
      })
    },
  }
}

function isFingerprint(value: unknown): value is Fingerprint {
  const { sdl, contracts } = (value ?? {}) as Record<string, unknown>
  return typeof sdl === 'string' && typeof contracts === 'string'
}
