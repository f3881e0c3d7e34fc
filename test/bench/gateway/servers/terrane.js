/** Terrane's gateway as it runs in production, on a supergraph or on products; who asks has a token of the issuer. */
require('reflect-metadata')
const { startGateway } = require('@terrane/gateway')
const { boundGarbage } = require('@terrane/gateway/garbage')
const { startTelemetry } = require('../../../../scripts/dist/telemetry/start-telemetry.js')

const [, , port, issuer, home, options] = process.argv

const { cacheBytes = 0, ...given } = JSON.parse(options)

// Off unless OpenTelemetry's variables name a collector, as on the command line.
startTelemetry()
  .then(() =>
    startGateway({
      home,
      listenPort: Number(port),
      demo: false,
      issuer: { url: issuer, audience: 'bench' },
      // The heavy question is dearer than what anybody may ask by default.
      limits: { cost: 1e12, cacheBytes },
      log: () => {},
      ...given,
    }),
  )
  .then(() => {
    // As a worker process does before it serves.
    globalThis.gc?.()
    boundGarbage()
  })
// By itself, and so with the profile that it may have been started for.
process.on('SIGTERM', () => process.exit())
