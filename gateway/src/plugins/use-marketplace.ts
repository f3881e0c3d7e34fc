import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { Part } from './part.js'

/** The built pages of the marketplace, at `/graphiql` for now; `/` leads there. */
export function useMarketplace(folder = path.resolve(__dirname, '../../../marketplace/dist')): Part {
  return {
    async http(app) {
      app.get('/', async (_request, reply) => reply.redirect('/graphiql'))
      const index = path.join(folder, 'index.html')
      if (!existsSync(index)) {
        app.get('/graphiql', async (_request, reply) =>
          reply
            .code(503)
            .type('text/plain; charset=utf-8')
            .send('The marketplace is not built yet: npm run build. The graph itself is at POST /graphql.\n'),
        )
        return
      }
      const page = await readFile(index)
      for (const url of ['/graphiql', '/graphiql/'])
        app.get(url, async (_request, reply) => reply.type('text/html; charset=utf-8').send(page))
      // Vite names assets by their content: what was fetched once stays good.
      await app.register(fastifyStatic, {
        root: path.join(folder, 'assets'),
        prefix: '/graphiql/assets/',
        immutable: true,
        maxAge: '365d',
        index: false,
      })
    },
  }
}
