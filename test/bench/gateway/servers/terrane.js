/** Terrane's gateway as it runs in production, on a supergraph file; who asks has a token of the issuer. */
require('reflect-metadata')
const { startGateway } = require('@terrane/gateway')

const [, , port, supergraph, issuer, home, options] = process.argv

startGateway({
  home,
  supergraph,
  listenPort: Number(port),
  demo: false,
  issuer: { url: issuer, audience: 'bench' },
  // The heavy question is dearer than what anybody may ask by default.
  limits: { cost: 1e12 },
  log: () => {},
  ...JSON.parse(options),
})
// By itself, and so with the profile that it may have been started for.
process.on('SIGTERM', () => process.exit())
