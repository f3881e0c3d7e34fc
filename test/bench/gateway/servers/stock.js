/** Apollo's gateway under Apollo Server, as it comes; Fastify is what carries Terrane too. */
process.env.APOLLO_TELEMETRY_DISABLED = 'true'
const { readFileSync } = require('node:fs')
const { ApolloGateway } = require('@apollo/gateway')
const { ApolloServer } = require('@apollo/server')
const { default: plugin } = require('@as-integrations/fastify')
const fastify = require('fastify')()

const [, , port, supergraph] = process.argv

async function start() {
  const server = new ApolloServer({ gateway: new ApolloGateway({ supergraphSdl: readFileSync(supergraph, 'utf8') }) })
  await server.start()
  await fastify.register(plugin(server))
  await fastify.listen({ port: Number(port), host: '127.0.0.1' })
}

start()
