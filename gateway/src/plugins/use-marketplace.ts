import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { Part } from './part.js'

/** Every place in the marketplace that has a URL of its own. The pages themselves tell them apart. */
const PAGES = ['/', '/products', '/products/*', '/requests', '/requests/*', '/admin/*', '/graphiql', '/graphiql/']

/** The pages load and ask nothing but this gateway; styles are set by scripts, GraphiQL's editor works in blobs. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "font-src 'self' data:",
  "worker-src 'self' blob:",
  "object-src 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ')

/** The built pages of the marketplace: one page for all places, its assets under `/assets/`. */
export function useMarketplace(folder = path.resolve(__dirname, '../../../marketplace/dist')): Part {
  return {
    async http(app) {
      const index = path.join(folder, 'index.html')
      if (!existsSync(index)) {
        for (const url of PAGES)
          app.get(url, async (_request, reply) =>
            reply
              .code(503)
              .type('text/plain; charset=utf-8')
              .send('The marketplace is not built yet: npm run build. The graph itself is at POST /graphql.\n'),
          )
        return
      }
      const page = await readFile(index)
      for (const url of PAGES)
        app.get(url, async (_request, reply) =>
          reply
            .type('text/html; charset=utf-8')
            .header('cache-control', 'no-cache')
            .header('content-security-policy', CONTENT_SECURITY_POLICY)
            .header('x-content-type-options', 'nosniff')
            .header('referrer-policy', 'same-origin')
            .send(page),
        )
      // Vite names assets by their content: what was fetched once stays good. The build leaves a `.gz` beside each.
      await app.register(fastifyStatic, {
        root: path.join(folder, 'assets'),
        prefix: '/assets/',
        preCompressed: true,
        immutable: true,
        maxAge: '365d',
        index: false,
      })
    },
  }
}
