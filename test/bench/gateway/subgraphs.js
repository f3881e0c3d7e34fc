/** All subgraphs in one process, answering from memory; and an issuer of tokens. Prints where they are. */
const http = require('node:http')
const { buildSubgraphSchema } = require('@apollo/subgraph')
const { graphql, parse } = require('graphql')
const { exportJWK, generateKeyPair, SignJWT } = require('jose')
const { SUBGRAPHS } = require('./mesh.js')

const MOST_ANSWERS = 100_000

async function start() {
  const schemas = Object.fromEntries(
    Object.entries(SUBGRAPHS).map(([name, { sdl, resolvers }]) => [
      name,
      buildSubgraphSchema({ typeDefs: parse(sdl), resolvers }),
    ]),
  )
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'bench', alg: 'RS256' }
  const answers = new Map()
  let url = ''
  const server = http.createServer(async (incoming, outgoing) => {
    outgoing.setHeader('content-type', 'application/json')
    const name = incoming.url.split('/')[1]
    if (name === '.well-known') return outgoing.end(JSON.stringify({ issuer: url, jwks_uri: `${url}/keys` }))
    if (name === 'keys') return outgoing.end(JSON.stringify({ keys: [jwk] }))
    const pieces = []
    for await (const piece of incoming) pieces.push(piece)
    const body = Buffer.concat(pieces).toString()
    const key = name + body
    let answer = answers.get(key)
    if (answer === undefined) {
      const { query, variables } = JSON.parse(body)
      answer = JSON.stringify(await graphql({ schema: schemas[name], source: query, variableValues: variables }))
      if (answers.size < MOST_ANSWERS) answers.set(key, answer)
    }
    outgoing.end(answer)
  })
  server.listen(0, '127.0.0.1', async () => {
    url = `http://127.0.0.1:${server.address().port}`
    const token = await new SignJWT({ scope: 'read' })
      .setProtectedHeader({ alg: 'RS256', kid: 'bench' })
      .setIssuer(url)
      .setAudience('bench')
      .setSubject('reader')
      .setExpirationTime('4h')
      .sign(privateKey)
    process.send({ url, token })
  })
}

start()
