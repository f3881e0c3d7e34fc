const path = require('node:path')
const { dependencies } = require('../../../../gateway/package.json')

/** What every Node team starts with, and what the others are held against. */
exports.stock = {
  name: 'stock',
  title: 'Apollo (stock)',
  versions: () => ['@apollo/gateway', '@apollo/server'].map(name => `${name} ${dependencies[name]}`),
  settings: 'as it comes: on Fastify, its caches of documents and plans on, telemetry off, no token checked',
  command: ({ port, supergraph }) => ({
    program: process.execPath,
    args: [path.join(__dirname, '..', 'servers', 'stock.js'), port, supergraph],
  }),
}
