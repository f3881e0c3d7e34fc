import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import path from 'node:path'
import fastifyStatic from '@fastify/static'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { problemJson } from '../problem-json.js'
import type { Part } from './part.js'

/** Everything a page needs comes from this gateway; GraphiQL's editor puts its styles into the page, and has workers. */
const PAGE_HEADERS = {
  'content-security-policy': [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  // A new build has new assets; the page that names them is asked for again.
  'cache-control': 'no-cache',
}
/** What is not a page, whatever a browser would like to see there. */
const NO_PAGE = /^\/(auth|oidc|demo|registry|data|graphql|assets|\.well-known)(\/|$)/

/** The built marketplace: one page for every path that is nothing else, and its assets. */
export function useMarketplace(folder = path.resolve(__dirname, '../../../marketplace/dist')): Part {
  return {
    async http(app) {
      const index = path.join(folder, 'index.html')
      const page = existsSync(index) ? await readFile(index) : undefined
      const sendPage = (_request: FastifyRequest, reply: FastifyReply) =>
        page === undefined
          ? reply
              .code(503)
              .type('text/plain; charset=utf-8')
              .send('The marketplace is not built yet: npm run build. The graph itself is at POST /graphql.\n')
          : reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(page)

      for (const url of ['/', '/graphiql', '/graphiql/']) app.get(url, sendPage)
      app.setNotFoundHandler((request, reply) => {
        const { pathname } = new URL(request.url, 'http://gateway')
        const looking = request.method === 'GET' || request.method === 'HEAD'
        return looking && /\btext\/html\b/.test(request.headers.accept ?? '') && !NO_PAGE.test(pathname)
          ? sendPage(request, reply)
          : problemJson(reply, 404, 'There is nothing at this address.')
      })
      if (page === undefined) return

      // Vite names assets by their content: what was fetched once stays good. The build leaves a `.gz` beside each.
      await app.register(fastifyStatic, {
        root: path.join(folder, 'assets'),
        prefix: '/assets/',
        preCompressed: true,
        immutable: true,
        maxAge: '365d',
        index: false,
        setHeaders: noSniffing,
      })
      // Icons and the like, by their own names.
      const others = (await readdir(folder, { withFileTypes: true })).filter(
        entry => entry.isFile() && entry.name !== 'index.html',
      )
      for (const { name } of others) app.get(`/${name}`, (_request, reply) => reply.sendFile(name, folder))
    },
  }
}

function noSniffing(reply: FastifyReply): void {
  reply.header('x-content-type-options', 'nosniff')
}
