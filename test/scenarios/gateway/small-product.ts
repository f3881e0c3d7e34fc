import { createHash } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Readable } from 'node:stream'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { ProductEndpoint } from '@terrane/gateway'
import {
  DENIED_HEADER,
  type GatewayKeys,
  type Grant,
  IDENTITY_HEADER,
  IdentityVerifier,
  INTRODUCTION_PATH,
  NEWS_PATH,
  type ProductPolicy,
  PUBLICATION_HEADER,
  type SignedIdentity,
} from '@terrane/schema'
import { type GraphQLFieldResolver, graphql, parse } from 'graphql'

export interface SmallProductOptions {
  name: string
  domain: string
  sdl: string
  resolvers: Record<string, Record<string, GraphQLFieldResolver<never, Asked> | object>>
  datasets: ProductPolicy['datasets']
  coordinates: string[]
  visibility?: ProductPolicy['visibility']
  grants: Grant[]
}
export interface Asked {
  identity: SignedIdentity | undefined
  publication: number
}

/**
 * A product of a few lines with the HTTP surface that a gateway relies on: it trusts the gateway's signature alone, and
 * answers by publication. Real GraphQL, real HTTP; what it was asked is kept for the tests to look at.
 */
export class SmallProduct {
  readonly asked: {
    query: string
    publication: string | null
    identity: SignedIdentity | undefined
    denied: string | null
  }[] = []
  readonly requests: { method: string; path: string; headers: Headers; body: string }[] = []
  publication = 1
  /** Holds answers back until it resolves. */
  beforeAnswer: (() => Promise<void>) | undefined
  grants: Grant[]
  private readonly schema
  private readonly verifier: IdentityVerifier
  private server?: Server
  private readonly told = new Set<() => void>()

  constructor(
    readonly options: SmallProductOptions,
    trust: GatewayKeys['jwks'],
  ) {
    this.grants = options.grants
    this.schema = buildSubgraphSchema({ typeDefs: parse(options.sdl), resolvers: options.resolvers as never })
    this.verifier = new IdentityVerifier(trust, options.name)
  }

  get endpoint(): ProductEndpoint {
    const { name } = this.options
    return { name, url: `terrane:${name}`, fetch: request => this.fetch(request) }
  }

  /** Another publication comes into force, and the mesh is told. */
  publish(): number {
    this.publication += 1
    for (const tell of this.told) tell()
    return this.publication
  }

  /** How many streams of news are open. */
  get listeners(): number {
    return this.told.size
  }

  private news(): Response {
    let tell = () => {}
    const body = new ReadableStream({
      start: controller => {
        tell = () => {
          const data = { product: this.options.name, publication: this.publication }
          const event = { specversion: '1.0', type: 'terrane.publication', time: '2026-11-22T00:00:00.000Z', data }
          controller.enqueue(new TextEncoder().encode(`event: publication\ndata: ${JSON.stringify(event)}\n\n`))
        }
        this.told.add(tell)
        tell()
      },
      cancel: () => void this.told.delete(tell),
    })
    return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
  }

  policy(): ProductPolicy {
    const { name, domain, visibility, datasets, coordinates } = this.options
    const grants = this.grants
    const version = createHash('sha256').update(JSON.stringify(grants)).digest('hex')
    return { product: name, domain, version, visibility: visibility ?? 'internal', datasets, coordinates, grants }
  }

  /** Serves it on a socket of its own; the URL. */
  async listen(listenPort = 0): Promise<string> {
    this.server = createServer(async (incoming, outgoing) => {
      const body = incoming.method === 'GET' ? undefined : Readable.toWeb(incoming)
      const response = await this.fetch(
        new Request(`http://${incoming.headers.host}${incoming.url}`, {
          method: incoming.method ?? 'GET',
          headers: incoming.headers as Record<string, string>,
          ...(body ? { body: body as never, duplex: 'half' } : {}),
        }),
      )
      outgoing.writeHead(response.status, Object.fromEntries(response.headers))
      if (response.headers.get('content-type') !== 'text/event-stream')
        return outgoing.end(Buffer.from(await response.arrayBuffer()))
      const news = Readable.fromWeb(response.body as never)
      outgoing.once('close', () => news.destroy())
      news.on('error', () => outgoing.destroy()).pipe(outgoing)
    })
    await new Promise<void>(resolve => this.server!.listen(listenPort, '127.0.0.1', resolve))
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  /** Gone at once, open sockets included. */
  async die(): Promise<void> {
    const server = this.server
    delete this.server
    if (!server) return
    server.closeAllConnections()
    await new Promise(resolve => server.close(resolve))
  }

  async fetch(request: Request): Promise<Response> {
    const { pathname, search } = new URL(request.url)
    const token = request.headers.get(IDENTITY_HEADER)
    const identity = token ? await this.verifier.verify(token) : undefined
    if (pathname === '/graphql') return this.answer(request, identity)
    if (pathname === INTRODUCTION_PATH) {
      const introduced = token !== null && (await this.verifier.isIntroduction(token))
      return introduced ? Response.json({ name: this.options.name }) : new Response(null, { status: 404 })
    }
    if (pathname === NEWS_PATH) return identity?.gateway ? this.news() : new Response(null, { status: 404 })
    if (pathname === '/.well-known/data-product') return Response.json(this.info())
    if (pathname === '/.well-known/data-product/policy') {
      if (!identity?.gateway) return new Response(null, { status: 403 })
      const policy = this.policy()
      const etag = `"${policy.version}"`
      if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304 })
      return Response.json(policy, { headers: { etag } })
    }
    const body = await request.text()
    this.requests.push({ method: request.method, path: pathname + search, headers: request.headers, body })
    return Response.json({ path: pathname + search, subject: identity?.caller.subject ?? null, length: body.length })
  }

  private async answer(request: Request, identity: SignedIdentity | undefined): Promise<Response> {
    const { query, variables, operationName } = (await request.json()) as {
      query: string
      variables?: Record<string, unknown>
      operationName?: string
    }
    if (query.includes('_service') && !identity?.gateway)
      return Response.json({ errors: [{ message: 'Only the mesh may read the schema.' }] })
    if (!query.includes('_service')) await this.beforeAnswer?.()
    const pinned = request.headers.get(PUBLICATION_HEADER)
    if (!query.includes('_service'))
      this.asked.push({ query, publication: pinned, identity, denied: request.headers.get(DENIED_HEADER) })
    const publication = pinned === null ? this.publication : Number(pinned)
    const answer = await graphql({
      schema: this.schema,
      source: query,
      ...(variables ? { variableValues: variables } : {}),
      ...(operationName ? { operationName } : {}),
      contextValue: { identity, publication } satisfies Asked,
    })
    return Response.json({ ...answer, extensions: { terrane: { publications: { [this.options.name]: publication } } } })
  }

  private info() {
    const { name, domain, datasets } = this.options
    const address = `/data/${domain}/${name}/1`
    return {
      name,
      version: '1.0.0',
      domain,
      address,
      tags: [],
      owner: { name: `Owners of ${name}` },
      description: { purpose: `What ${name} is for` },
      datasets: datasets.map(dataset => ({
        name: dataset.name,
        field: dataset.name,
        version: '1.0.0',
        address: `${address}/${dataset.name}/1`,
        contract: `${name}.${dataset.name}`,
      })),
    }
  }
}
