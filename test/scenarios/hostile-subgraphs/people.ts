import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import os from 'node:os'
import path from 'node:path'
import { composeServices } from '@apollo/composition'
import { buildSubgraphSchema } from '@apollo/subgraph'
import type { GatewayOptions } from '@terrane/gateway'
import { graphql, parse } from 'graphql'
import { SmallMesh } from '../gateway/small-mesh.js'

const FEDERATION = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"])\n'
const BOOKS = `${FEDERATION} type Query { motto: String  books: [Book!] }  type Mutation { shelve: String }
  type Book @key(fields: "id") { id: ID!  author: Author }
  type Author @key(fields: "id") { id: ID! }`
const PEOPLE = `${FEDERATION} type Query { people: [Author]  best: Author }  type Mutation { hire: String }
  scalar Anything
  type Author @key(fields: "id") { id: ID!  name: String  more: Anything }`

export interface Asked {
  query: string
  variables: { representations?: { id: string }[] }
  headers: IncomingMessage['headers']
}

/** How the people's server answers one request. */
export type Behaviour = (response: ServerResponse, asked: Asked, well: () => Promise<string>) => unknown

/** Two subgraphs of somebody else on real sockets: one behaves, the other behaves as the test says. */
export class HostileMesh {
  readonly asked: Asked[] = []
  /** Of the people's server, those that are open. */
  readonly sockets = new Set<Socket>()
  behaviour: Behaviour = async (response, _, well) => answerJson(response, await well())
  people!: Server
  mesh!: SmallMesh
  private folder!: string
  private books!: Server

  /** `authors`: of as many books. */
  static async open(options: Partial<GatewayOptions> = {}, authors: string[] = ['a', 'b', 'a']): Promise<HostileMesh> {
    const hostile = new HostileMesh()
    const books = authors.map((author, index) => ({ id: String(index), author: { id: author } }))
    const wellBooks = subgraph(BOOKS, {
      Query: { motto: () => 'm', books: () => books },
      Mutation: { shelve: () => 'shelved' },
    })
    hostile.books = createServer(async (request, response) => {
      answerJson(response, await wellBooks(await bodyOf(request)))
    })
    const wellPeople = subgraph(PEOPLE, {
      Query: { people: () => [{ id: 'a' }], best: () => ({ id: 'a' }) },
      Mutation: { hire: () => 'hired' },
      Author: { __resolveReference: async (one: object) => one, name: ({ id }: { id: string }) => `name of ${id}` },
    })
    hostile.people = createServer(async (request, response) => {
      const asked = { ...(await bodyOf(request)), headers: request.headers }
      hostile.asked.push(asked)
      response.on('error', () => undefined)
      await hostile.behaviour(response, asked, () => wellPeople(asked))
    })
    hostile.people.on('connection', socket => {
      hostile.sockets.add(socket)
      socket.on('close', () => hostile.sockets.delete(socket))
    })
    const { supergraphSdl, errors } = composeServices([
      { name: 'books', url: await listen(hostile.books), typeDefs: parse(BOOKS) },
      { name: 'people', url: await listen(hostile.people), typeDefs: parse(PEOPLE) },
    ])
    if (!supergraphSdl) throw new Error(errors?.join('\n'))
    hostile.folder = await mkdtemp(path.join(os.tmpdir(), 'terrane-hostile-'))
    const supergraph = path.join(hostile.folder, 'supergraph.graphql')
    await writeFile(supergraph, supergraphSdl)
    hostile.mesh = await SmallMesh.start(() => [], { supergraph, demo: false, ...options })
    return hostile
  }

  /** Every socket of the people's server is closed. */
  async socketsFreed(): Promise<void> {
    await Promise.all([...this.sockets].map(socket => new Promise(resolve => socket.once('close', resolve))))
  }

  async close(): Promise<void> {
    await this.mesh.stop()
    for (const server of [this.books, this.people]) {
      server.closeAllConnections()
      server.close()
    }
    await rm(this.folder, { recursive: true, force: true })
  }
}

export function answerJson(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(text)
}

function subgraph(sdl: string, resolvers: object) {
  const schema = buildSubgraphSchema({ typeDefs: parse(sdl), resolvers: resolvers as never })
  return async ({ query, variables }: Pick<Asked, 'query' | 'variables'>) =>
    JSON.stringify(await graphql({ schema, source: query, variableValues: variables as never }))
}

async function bodyOf(request: IncomingMessage): Promise<Pick<Asked, 'query' | 'variables'>> {
  let text = ''
  for await (const piece of request) text += piece
  return JSON.parse(text)
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`
}
