/** One gateway in a process of its own: `terrane` or `stock`. Says where it is, and on request what it has used. */
require('reflect-metadata')
const [, , kind, supergraph, issuer, home] = process.argv

const starters = {
  terrane: async () => {
    const { startGateway } = require('@terrane/gateway')
    const { url } = await startGateway({
      home,
      supergraph,
      listenPort: 0,
      demo: false,
      issuer: { url: issuer, audience: 'bench' },
      limits: { cost: 1e12 },
      log: () => {},
    })
    return `${url}/graphql`
  },
  stock: async () => {
    process.env.APOLLO_TELEMETRY_DISABLED = 'true'
    const { readFileSync } = require('node:fs')
    const { ApolloGateway } = require('@apollo/gateway')
    const { ApolloServer } = require('@apollo/server')
    const fastify = require('fastify')()
    const { default: plugin, fastifyApolloDrainPlugin } = require('@as-integrations/fastify')
    const gateway = new ApolloGateway({ supergraphSdl: readFileSync(supergraph, 'utf8') })
    const server = new ApolloServer({ gateway, introspection: true, plugins: [fastifyApolloDrainPlugin(fastify)] })
    await server.start()
    await fastify.register(plugin(server))
    const url = await fastify.listen({ port: 0, host: '127.0.0.1' })
    return `${url}/graphql`
  },
}

starters[kind]().then(url => process.send({ url }))
process.on('message', () => {
  const { user, system } = process.cpuUsage()
  process.send({ microseconds: user + system, bytes: process.memoryUsage.rss() })
})
