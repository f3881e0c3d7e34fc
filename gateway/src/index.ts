/** @terrane/gateway: federates products and decides who sees what. */
import './without-apollo-telemetry.js'

export { clientSecret, clientSecretFor } from './authentication/client-secret.js'
export { readIssuer } from './authentication/demo-keys.js'
export { issueToken, type TokenRequest } from './authentication/issue-token.js'
export { PERSONAS, type Persona } from './authentication/personas.js'
export type { DecisionPoint } from './authorisation/decision-point.js'
export { faultOfTransports } from './executor/transport/subgraph-transport.js'
export * from './gateway.js'
export { startGateway } from './server.js'
export { GatewayStartError } from './start-error.js'
export { type GatewayWorkers, startWorkers } from './workers/start-workers.js'
