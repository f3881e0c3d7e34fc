/**
 * All subgraphs in one process, and in other servers of it an issuer of tokens and a collector of traces that takes whatever
 * comes at once. Tells its parent where they are.
 */
const http = require('node:http')
const { buildSubgraphSchema } = require('@apollo/subgraph')
const { parse } = require('graphql')
const { exportJWK, generateKeyPair, SignJWT } = require('jose')
const { answering } = require('./answers.js')
const { serveJson } = require('./http-server.js')
const { SUBGRAPHS } = require('./mesh.js')
const { serveProducts } = require('./products.js')

const AUDIENCE = 'bench'

async function start() {
  const answers = Object.fromEntries(
    Object.entries(SUBGRAPHS).map(([name, { sdl, roots, entities }]) => [
      `/${name}`,
      answering({ schema: buildSubgraphSchema({ typeDefs: parse(sdl(false)) }), roots, entities }),
    ]),
  )
  const url = await serveJson((path, body) => {
    const { query, variables } = JSON.parse(body)
    return answers[path](query, variables)
  })
  process.send({ url, products: await serveProducts(answers), collector: await collect(), ...(await issue()) })
}

async function collect() {
  const server = http.createServer((incoming, outgoing) => {
    incoming.resume().on('end', () => outgoing.end())
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${server.address().port}`
}

/** An OpenID issuer of one key, and a token of it. */
async function issue() {
  const { privateKey, publicKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: AUDIENCE, alg: 'RS256' }
  let issuer = ''
  const server = http.createServer((incoming, outgoing) => {
    outgoing.setHeader('content-type', 'application/json')
    const answer = incoming.url === '/keys' ? { keys: [jwk] } : { issuer, jwks_uri: `${issuer}/keys` }
    outgoing.end(JSON.stringify(answer))
  })
  await new Promise(resolve => server.listen(0, '127.0.0.1', resolve))
  issuer = `http://127.0.0.1:${server.address().port}`
  const token = await new SignJWT({ scope: 'read' })
    .setProtectedHeader({ alg: 'RS256', kid: AUDIENCE })
    .setIssuer(issuer)
    .setAudience(AUDIENCE)
    .setSubject('reader')
    .setExpirationTime('4h')
    .sign(privateKey)
  return { issuer, token }
}

start()
process.on('disconnect', () => process.exit())
